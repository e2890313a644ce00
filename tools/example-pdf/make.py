"""Writes examples/energy-report.pdf, the document of the first notebook. All text and numbers are made up.

    .venv/bin/python tools/example-pdf/make.py            writes the file
    .venv/bin/python tools/example-pdf/make.py --stdout   writes it to standard output

The bytes are the same on every run: reportlab's invariant mode fixes dates and identifiers.
Three A4 portrait pages and one landscape page; text in 10 to 12 points.
"""

import sys
from io import BytesIO
from pathlib import Path

from reportlab.graphics import renderPDF
from reportlab.graphics.charts.barcharts import VerticalBarChart
from reportlab.graphics.charts.legends import Legend
from reportlab.graphics.charts.piecharts import Pie
from reportlab.graphics.shapes import Drawing, String
from reportlab.lib import colors
from reportlab.lib.pagesizes import A4, landscape
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Paragraph, Table, TableStyle

TARGET = Path(__file__).resolve().parents[2] / "examples" / "energy-report.pdf"
INK = colors.HexColor("#1f2937")
BLUE = colors.HexColor("#2563a6")
PALE = colors.HexColor("#e8eef5")
MARGIN = 22 * mm

TITLE = ParagraphStyle("title", fontName="Helvetica-Bold", fontSize=22, leading=27, textColor=INK)
HEADING = ParagraphStyle("heading", fontName="Helvetica-Bold", fontSize=14, leading=18, textColor=INK)
BODY = ParagraphStyle("body", fontName="Times-Roman", fontSize=12, leading=16.5, textColor=INK)
NOTE = ParagraphStyle("note", fontName="Helvetica", fontSize=10, leading=13, textColor=INK)


class Writer:
    """Puts blocks below each other on one page after another."""

    def __init__(self, stream):
        self.canvas = Canvas(stream, pagesize=A4, invariant=1)
        self.canvas.setTitle("Energy report 2025 of the island of Norrvik")
        self.canvas.setAuthor("colpali-lens example document")
        self.number = 0

    def page(self, size):
        if self.number:
            self.canvas.showPage()
        self.number += 1
        self.canvas.setPageSize(size)
        self.width, height = size[0] - 2 * MARGIN, size[1]
        self.y = height - MARGIN
        self.canvas.setFont("Helvetica", 10)
        self.canvas.setFillColor(INK)
        self.canvas.drawString(MARGIN, 12 * mm, "Norrvik Energy Board")
        self.canvas.drawRightString(MARGIN + self.width, 12 * mm, f"page {self.number} of 4")

    def text(self, style, words, gap=8, width=None, x=0):
        block = Paragraph(words, style)
        self.block(block, gap, width or self.width, x)

    def table(self, rows, widths, gap=14):
        block = Table(rows, colWidths=widths, rowHeights=20)
        block.setStyle(
            TableStyle(
                [
                    ("FONT", (0, 0), (-1, 0), "Helvetica-Bold", 11),
                    ("FONT", (0, 1), (-1, -1), "Helvetica", 11),
                    ("TEXTCOLOR", (0, 0), (-1, -1), INK),
                    ("BACKGROUND", (0, 0), (-1, 0), PALE),
                    ("ALIGN", (1, 0), (-1, -1), "RIGHT"),
                    ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
                    ("GRID", (0, 0), (-1, -1), 0.5, colors.HexColor("#9aa7b5")),
                ]
            )
        )
        self.block(block, gap, self.width, 0)

    def block(self, block, gap, width, x):
        _, height = block.wrap(width, self.y)
        block.drawOn(self.canvas, MARGIN + x, self.y - height)
        self.y -= height + gap

    def drawing(self, drawing, gap=12):
        renderPDF.draw(drawing, self.canvas, MARGIN, self.y - drawing.height)
        self.y -= drawing.height + gap

    def signature(self):
        """A scribble, a line under it, and a name."""
        pen = self.canvas.beginPath()
        x, y = MARGIN + 6, self.y - 34
        pen.moveTo(x, y)
        strokes = [(14, 44, 20, -22, 30, 8), (6, 26, 12, 26, 16, -2), (10, -16, 12, 30, 22, 6)]
        strokes += [(4, 12, 12, 14, 14, 0), (8, -12, 14, 22, 24, 4), (26, 14, 44, -14, 62, 10)]
        for x1, y1, x2, y2, x3, y3 in strokes:
            pen.curveTo(x + x1, y + y1, x + x2, y + y2, x + x3, y + y3)
            x, y = x + x3, y + y3
        self.canvas.setStrokeColor(colors.HexColor("#1d3b8b"))
        self.canvas.setLineWidth(1.6)
        self.canvas.drawPath(pen)
        self.canvas.setStrokeColor(INK)
        self.canvas.setLineWidth(0.6)
        self.canvas.line(MARGIN, self.y - 48, MARGIN + 190, self.y - 48)
        self.y -= 54
        self.text(NOTE, "Ingrid Solheim, director")


def peak_chart():
    drawing = Drawing(450, 190)
    chart = VerticalBarChart()
    chart.x, chart.y, chart.width, chart.height = 36, 24, 400, 140
    chart.data = [[41, 39, 33, 27, 22, 19, 18, 20, 24, 29, 36, 44]]
    chart.categoryAxis.categoryNames = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()
    chart.categoryAxis.labels.fontName = chart.valueAxis.labels.fontName = "Helvetica"
    chart.categoryAxis.labels.fontSize = chart.valueAxis.labels.fontSize = 10
    chart.valueAxis.valueMin, chart.valueAxis.valueMax, chart.valueAxis.valueStep = 0, 50, 10
    chart.bars[0].fillColor, chart.bars[0].strokeColor = BLUE, None
    drawing.add(chart)
    drawing.add(String(0, 176, "Peak load by month, megawatt", fontName="Helvetica-Bold", fontSize=11))
    return drawing


def mix_chart():
    drawing = Drawing(450, 170)
    names = ["Wind", "Hydro", "Solar", "Biogas", "Diesel"]
    shades = ["#2563a6", "#3f9e8f", "#e3b23c", "#7a9a3a", "#8b5e5e"]
    pie = Pie()
    pie.x, pie.y, pie.width, pie.height = 60, 4, 140, 140
    pie.data = [46, 27, 14, 8, 5]
    legend = Legend()
    legend.x, legend.y, legend.boxAnchor = 270, 118, "nw"
    legend.fontName, legend.fontSize, legend.columnMaximum, legend.deltay = "Helvetica", 11, 5, 18
    legend.alignment = "right"
    legend.colorNamePairs = []
    for i, (name, shade, share) in enumerate(zip(names, shades, pie.data)):
        pie.slices[i].fillColor, pie.slices[i].strokeColor = colors.HexColor(shade), colors.white
        legend.colorNamePairs.append((colors.HexColor(shade), f"{name}, {share} percent"))
    drawing.add(pie)
    drawing.add(legend)
    drawing.add(String(0, 156, "Where the electricity came from", fontName="Helvetica-Bold", fontSize=11))
    return drawing


def overview(writer):
    writer.page(A4)
    writer.text(TITLE, "Energy report 2025", gap=4)
    writer.text(NOTE, "Island of Norrvik. Published in February 2026.", gap=18)
    writer.text(HEADING, "Summary")
    writer.text(
        BODY,
        "The island used 163 gigawatt hours of electricity, two percent more than the year before. "
        "Wind turbines on the northern ridge supplied almost half of it. The cable to the mainland was "
        "under repair for nine weeks, and the battery beside the harbour bridged every interruption.",
    )
    writer.text(
        BODY,
        "The highest demand fell on a frosty evening in December, when heat pumps, the ferry charger and the "
        "fish factory ran together. Households that moved their laundry and car charging into the night "
        "received a discount, and one family in three took part.",
        gap=18,
    )
    writer.text(HEADING, "Generation by quarter")
    writer.text(NOTE, "Gigawatt hours fed into the network.")
    writer.table(
        [
            ["Source", "Winter", "Spring", "Summer", "Autumn"],
            ["Wind", "24.1", "17.3", "11.8", "21.9"],
            ["Hydro", "9.2", "13.6", "10.4", "10.8"],
            ["Solar", "1.7", "7.5", "10.9", "2.8"],
            ["Biogas", "3.4", "3.1", "2.9", "3.6"],
            ["Diesel", "4.0", "0.9", "0.3", "3.0"],
        ],
        [110, 80, 80, 80, 80],
    )
    writer.text(HEADING, "What changed")
    writer.text(
        BODY,
        "A second turbine replaced the oldest diesel engine. The school roof now carries solar panels, and the "
        "reservoir above the village was raised by half a metre. Prices stayed stable at 21 cents.",
    )


def load(writer):
    writer.page(A4)
    writer.text(HEADING, "Demand over the year")
    writer.text(
        BODY,
        "Demand follows the weather. In July the network carried eighteen megawatt at noon; in December it carried "
        "forty-four after sunset. The bars show the highest hour of each month.",
        gap=14,
    )
    writer.drawing(peak_chart(), gap=20)
    writer.text(HEADING, "Sources")
    writer.text(
        BODY,
        "Wind leads, hydro follows. Diesel is kept for emergencies and should vanish by 2028.",
        gap=14,
    )
    writer.drawing(mix_chart(), gap=20)
    writer.text(HEADING, "Reliability")
    writer.text(
        BODY,
        "Customers were without power for 38 minutes on average. The longest outage followed lightning at the "
        "lighthouse substation in August. Maintenance crews reached every fault within an hour.",
    )


def plants(writer):
    writer.page(landscape(A4))
    writer.text(HEADING, "Power plants and their condition")
    writer.text(
        BODY,
        "Inspectors visited every plant in October. Two gearboxes need replacement, and the intake grid of the "
        "hydro station collects more seaweed than expected.",
        gap=14,
    )
    writer.table(
        [
            ["Plant", "Kind", "Built", "Capacity", "Hours", "Condition"],
            ["Northern ridge", "wind", "2021", "18 MW", "3,940", "excellent"],
            ["Harbour battery", "storage", "2023", "12 MW", "1,120", "excellent"],
            ["Reservoir station", "hydro", "1974", "9 MW", "4,610", "repaired"],
            ["School roof", "solar", "2025", "2 MW", "980", "new"],
            ["Dairy digester", "biogas", "2012", "3 MW", "4,330", "worn"],
            ["Old engine hall", "diesel", "1988", "8 MW", "610", "standby"],
        ],
        [150, 100, 90, 100, 100, 140],
        gap=18,
    )
    writer.text(HEADING, "Investment")
    writer.text(
        BODY,
        "The budget for the coming year is 6.4 million. Half goes into a new transformer, a quarter into the "
        "gearboxes, and the remainder into training for technicians and a spare submarine cable joint.",
    )


def outlook(writer):
    writer.page(A4)
    writer.text(HEADING, "Outlook")
    writer.text(
        BODY,
        "Next winter the ferry will need twice the charging power. The board proposes a larger battery, a tariff "
        "that rewards flexible customers, and a tidal turbine in the narrow strait if the survey of seals and "
        "seabirds allows it.",
    )
    writer.text(
        BODY,
        "Hydrogen was examined and set aside: the electrolyser would cost more than the cable, and the losses are "
        "heavy. Geothermal drilling stays an option for the swimming hall.",
        gap=18,
    )
    writer.text(HEADING, "Method")
    writer.text(
        BODY,
        "All quantities come from calibrated meters read every quarter of an hour. Missing readings, fewer than "
        "one in a thousand, were interpolated. The auditor confirmed the figures in January.",
        gap=28,
    )
    writer.text(NOTE, "Approved by the board on 12 February 2026.", gap=10)
    writer.signature()


def document():
    stream = BytesIO()
    writer = Writer(stream)
    for page in (overview, load, plants, outlook):
        page(writer)
    writer.canvas.save()
    return stream.getvalue()


if __name__ == "__main__":
    if "--stdout" in sys.argv:
        sys.stdout.buffer.write(document())
    else:
        TARGET.write_bytes(document())
        print(TARGET)
