// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/alpha_side.h"

#include "ui/common/elided_label.h"
#include "ui/common/flow_layout.h"
#include "ui/common/format.h"
#include "ui/common/theme.h"
#include "ui/views/alpha_canvas.h"

#include <QDoubleSpinBox>
#include <QHBoxLayout>
#include <QLabel>

namespace annscope::ui {

namespace {

constexpr double kLargestAlpha = 4;
constexpr int kLargestDegree = 64, kLargestWidth = 400;

QString nameOf(AlphaSide::Number number) {
    switch (number) {
    case AlphaSide::Degree:
        return AlphaSide::tr("degree");
    case AlphaSide::Hops:
        return AlphaSide::tr("hops");
    case AlphaSide::Distances:
        return AlphaSide::tr("distances");
    case AlphaSide::Unreachable:
        return AlphaSide::tr("unreached");
    default:
        return AlphaSide::tr("length");
    }
}

void addField(FlowLayout* row, const QString& name, QWidget* field, const QString& help) {
    auto* box = new QWidget;
    auto* label = new QLabel(name, box);
    label->setBuddy(field);
    box->setToolTip(help);
    field->setAccessibleName(name);
    auto* pair = new QHBoxLayout(box);
    pair->setContentsMargins(0, 0, 6, 0);
    pair->setSpacing(4);
    pair->addWidget(label);
    pair->addWidget(field);
    row->addWidget(box);
}

} // namespace

AlphaSide::AlphaSide(const AlphaPoints* points, const QString& name, QWidget* parent)
    : QWidget(parent), m_name(name), m_alpha(new QDoubleSpinBox(this)), m_degree(new QSpinBox(this)),
      m_width(new QSpinBox(this)), m_canvas(new AlphaCanvas(points, this)), m_path(new ElidedLabel(this)) {
    m_path->setForegroundRole(QPalette::PlaceholderText);
    m_path->setContentsMargins(8, 0, 8, 2);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(2);
    layout->addWidget(createSettings());
    layout->addWidget(m_canvas, 1);
    m_numbers = createNumbers();
    layout->addWidget(m_numbers);
    layout->addWidget(m_path);
    showNumbers(nullptr, 0);
    showPath(nullptr);
}

QWidget* AlphaSide::createSettings() {
    m_alpha->setRange(1, kLargestAlpha);
    m_alpha->setSingleStep(0.05);
    m_alpha->setDecimals(2);
    m_degree->setRange(2, kLargestDegree);
    m_width->setRange(1, kLargestWidth);
    m_width->setSingleStep(5);
    for (QAbstractSpinBox* field : std::initializer_list<QAbstractSpinBox*>{m_alpha, m_degree, m_width})
        field->setKeyboardTracking(false);
    auto* bar = new QWidget(this);
    auto* row = new FlowLayout(bar, 4);
    bar->setContentsMargins(8, 0, 4, 0);
    addField(
        row, QStringLiteral("alpha"), m_alpha,
        tr("alpha of the second pass, 1 to %1; scales squared distances, as in DiskANN. A kept neighbour k "
           "rules out c where alpha · d(k,c)² ≤ d(p,c)². More: longer and more edges, fewer hops.")
            .arg(kLargestAlpha));
    addField(row, QStringLiteral("R"), m_degree,
             tr("R: edges that a node may keep, 2 to %1. In the plane few are needed.").arg(kLargestDegree));
    addField(
        row, QStringLiteral("Lbuild"), m_width,
        tr("Lbuild: width of the searches that find a node's candidates, 1 to %1. The first pass takes a "
           "quarter. More: more candidates.")
            .arg(kLargestWidth));
    connect(m_alpha, &QDoubleSpinBox::valueChanged, this, &AlphaSide::settingsChanged);
    connect(m_degree, &QSpinBox::valueChanged, this, &AlphaSide::settingsChanged);
    connect(m_width, &QSpinBox::valueChanged, this, &AlphaSide::settingsChanged);
    return bar;
}

QWidget* AlphaSide::createNumbers() {
    auto* bar = new QWidget(this);
    auto* row = new QHBoxLayout(bar);
    row->setContentsMargins(8, 2, 4, 0);
    row->setSpacing(4);
    QFont large = font(), small = font();
    large.setPixelSize(kHeading);
    small.setPixelSize(kSmallText);
    for (int i = 0; i < NumberCount; ++i) {
        Tile& tile = m_tiles[std::size_t(i)];
        auto* box = new QWidget(bar);
        auto* column = new QVBoxLayout(box);
        column->setContentsMargins(0, 0, 0, 0);
        column->setSpacing(0);
        tile.value = new QLabel(box);
        tile.value->setFont(large);
        tile.name = new QLabel(nameOf(Number(i)), box);
        tile.name->setFont(small);
        tile.name->setForegroundRole(QPalette::PlaceholderText);
        for (QLabel* label : {tile.value, tile.name})
            label->setMinimumWidth(1); // a narrow window cuts them rather than growing
        column->addWidget(tile.value);
        column->addWidget(tile.name);
        row->addWidget(box, 1);
    }
    return bar;
}

AlphaSettings AlphaSide::settings() const {
    return {m_alpha->value(), m_degree->value(), m_width->value()};
}

void AlphaSide::setSettings(const AlphaSettings& settings) {
    m_alpha->setValue(settings.alpha);
    m_degree->setValue(settings.degree);
    m_width->setValue(settings.width);
}

void AlphaSide::show(Number number, const QString& value, const QString& help) {
    const Tile& tile = m_tiles[std::size_t(number)];
    tile.value->setText(value);
    tile.value->setAccessibleName(nameOf(number));
    tile.value->parentWidget()->setToolTip(help);
}

QString AlphaSide::text(Number number) const {
    return m_tiles[std::size_t(number)].value->text();
}

void AlphaSide::showNumbers(const AlphaBuildPtr& build, std::size_t frame) {
    if (!build) {
        for (int i = 0; i < NumberCount; ++i)
            show(Number(i), QStringLiteral("–"), {});
        return;
    }
    const bool finished = frame >= build->last();
    const AlphaMoment& moment = build->moments[std::min(frame, build->last())];
    show(Degree, formatMean(moment.degree), tr("Edges that leave a node, in the mean"));
    const SearchEffort& effort = build->effort;
    const QString how =
        tr("Mean of %1 queries drawn near the points; list width L = %2, the smallest with a recall@1 of "
           "%3 (it has %4).")
            .arg(kEffortQueries)
            .arg(effort.width)
            .arg(formatRecall(kEffortRecall), formatRecall(effort.recall));
    const QString later = tr("Measured on the finished graph only.");
    const QString mark = effort.reached ? QString() : QStringLiteral("> ");
    show(Hops, finished ? mark + formatMean(effort.hops) : QStringLiteral("–"),
         finished ? tr("Nodes that a search expands until it is done.\n%1").arg(how) : later);
    show(Distances, finished ? mark + formatMean(effort.distances) : QStringLiteral("–"),
         finished ? tr("Distances that a search computes.\n%1").arg(how) : later);
    show(Unreachable, formatCount(moment.unreachable),
         tr("Nodes of the graph that no walk from the medoid arrives at. %1 before the build connects such "
            "nodes at its end.")
             .arg(formatCount(build->moments[build->last() > 0 ? build->last() - 1 : 0].unreachable)));
    show(Length, formatNumber(moment.length), tr("Mean length of the edges, in units of the points"));
}

void AlphaSide::showPath(const AlphaPathPtr& path) {
    if (!path)
        return m_path->setText({});
    m_path->setText((path->missed()
                         ? tr("This query: %1 hops, %2 distances; ends at node %3, %4 too far off")
                               .arg(path->hops.size())
                               .arg(path->considered.size())
                               .arg(path->found)
                               .arg(formatNumber(double(path->foundDistance - path->nearestDistance)))
                         : tr("This query: %1 hops, %2 distances; nearest found, node %3")
                               .arg(path->hops.size())
                               .arg(path->considered.size())
                               .arg(path->found)));
}

QString AlphaSide::pathText() const {
    return m_path->text();
}

void AlphaSide::setNumbersShown(bool shown) {
    m_numbers->setVisible(shown);
    m_path->setVisible(shown);
}

QString AlphaSide::summary() const {
    return tr("degree %1, hops %2, distances %3 at recall@1 %4, unreached %5, mean edge %6")
        .arg(text(Degree), text(Hops), text(Distances), formatParameter(kEffortRecall), text(Unreachable),
             text(Length));
}

} // namespace annscope::ui
