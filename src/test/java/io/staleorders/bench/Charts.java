package io.staleorders.bench;

import java.awt.Color;
import java.awt.Font;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.CategoryChartBuilder;
import org.knowm.xchart.VectorGraphicsEncoder;
import org.knowm.xchart.VectorGraphicsEncoder.VectorGraphicsFormat;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.internal.chartpart.Chart;
import org.knowm.xchart.style.Styler.LegendPosition;

/** Pictures of results: SVG files in {@code docs/bench}. */
final class Charts {
  private static final Path FOLDER = Path.of("docs", "bench");
  private static final int WIDTH = 760;
  private static final int HEIGHT = 360;

  private final boolean writes;

  Charts(Choices choices) {
    this.writes = choices.write() && !choices.smoke();
  }

  /** A bar a name. */
  void bars(String file, String title, String unit, Map<String, Double> values) {
    CategoryChart chart =
        new CategoryChartBuilder()
            .width(WIDTH)
            .height(HEIGHT)
            .title(title)
            .yAxisTitle(unit)
            .build();
    chart.getStyler().setLegendVisible(false);
    chart.getStyler().setLabelsVisible(true);
    chart.getStyler().setAvailableSpaceFill(0.5);
    chart.addSeries(unit, List.copyOf(values.keySet()), List.copyOf(values.values()));
    save(file, chart);
  }

  /** A line a name over x. */
  void lines(
      String file,
      String title,
      String xUnit,
      String yUnit,
      List<Double> x,
      Map<String, List<Double>> lines,
      boolean xLogarithmic) {
    XYChart chart =
        new XYChartBuilder()
            .width(WIDTH)
            .height(HEIGHT)
            .title(title)
            .xAxisTitle(xUnit)
            .yAxisTitle(yUnit)
            .build();
    chart.getStyler().setLegendPosition(LegendPosition.OutsideE);
    chart.getStyler().setXAxisLogarithmic(xLogarithmic);
    chart.getStyler().setYAxisMin(0.0);
    lines.forEach((name, y) -> chart.addSeries(name, x, y));
    save(file, chart);
  }

  private void save(String file, Chart<?, ?> chart) {
    if (!writes) {
      return;
    }
    chart.getStyler().setChartBackgroundColor(Color.WHITE);
    chart.getStyler().setChartTitleFont(new Font(Font.SANS_SERIF, Font.BOLD, 15));
    try {
      Files.createDirectories(FOLDER);
      VectorGraphicsEncoder.saveVectorGraphic(
          chart, FOLDER.resolve(file).toString(), VectorGraphicsFormat.SVG);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
