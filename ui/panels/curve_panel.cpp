// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/curve_panel.h"

#include "ui/common/icons.h"
#include "ui/panels/ranking_view.h"
#include "ui/views/empty_state.h"

#include <QButtonGroup>
#include <QEvent>
#include <QGridLayout>
#include <QMenu>
#include <QSplitter>
#include <QStackedWidget>
#include <QToolButton>

#include <array>

namespace annscope::ui {

namespace {

constexpr int kBesideWidth = 1120;                   ///< from here on the ranking stands beside the curve
constexpr int kLeastWidth = 420, kLeastHeight = 330; ///< below there is no room for it

} // namespace

CurvePanel::CurvePanel(RunsModel* model, Selection* selection, FilterStack* filters, QWidget* parent)
    : QWidget(parent), m_chart(new ParetoChart(model, selection, this)),
      m_ranking(new RankingView(model, selection, filters, this)), m_split(new QSplitter(Qt::Vertical, this)),
      m_empty(new EmptyState(this)), m_pages(new QStackedWidget(this)), m_scales(new QButtonGroup(this)),
      m_showAll(new QToolButton(this)) {
    setObjectName(QStringLiteral("curvePanel"));
    if (filters)
        m_chart->setFilters(filters);
    auto* page = new QWidget;
    auto* over = new QGridLayout(page);
    over->setContentsMargins(0, 0, 0, 0);
    over->addWidget(m_chart, 0, 0);
    m_controls = makeControls();
    over->addWidget(m_controls, 0, 0, Qt::AlignTop | Qt::AlignRight);
    m_controls->installEventFilter(this);
    m_split->addWidget(page);
    m_split->addWidget(m_ranking);
    m_split->setStretchFactor(0, 1);
    m_split->setStretchFactor(1, 0);
    m_split->setChildrenCollapsible(false);
    m_pages->addWidget(m_empty);
    m_pages->addWidget(m_split);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(m_pages);

    setEmptyTexts(tr("Recall against speed"),
                  tr("Each search setting of an index becomes a point: how many of the true neighbours it "
                     "finds, and how many queries it answers in a second. Sweep an index to see them."),
                  tr("Sweep"));
    connect(m_empty, &EmptyState::clicked, this, &CurvePanel::emptyTriggered);
    connect(m_chart, &ParetoChart::contentChanged, this, &CurvePanel::showWhatThereIs);
    connect(m_chart, &ParetoChart::zoomChanged, m_showAll, &QWidget::setVisible);
    connect(m_chart, &ParetoChart::targetRecallChanged, m_ranking, &RankingView::setRecall);
    connect(m_ranking, &RankingView::failed, m_chart, &ParetoChart::failed);
    connect(m_rankingSwitch, &QToolButton::toggled, this, &CurvePanel::arrange);
    connect(m_ranking->model(), &QAbstractItemModel::modelReset, this, &CurvePanel::arrange);
    connect(m_split, &QSplitter::splitterMoved, this, [this] { m_divided = true; });
    showWhatThereIs();
}

QWidget* CurvePanel::makeControls() {
    auto* controls = new QWidget;
    auto* layout = new QHBoxLayout(controls);
    layout->setContentsMargins(8, 3, 6, 0);
    layout->setSpacing(2);
    m_showAll->setText(tr("Show all"));
    m_showAll->setIcon(icon(QStringLiteral("fit")));
    m_showAll->setToolTip(tr("Shows all points again (Home, or double click; Esc goes one step back)"));
    m_showAll->setVisible(false);
    connect(m_showAll, &QToolButton::clicked, m_chart, &ParetoChart::resetZoom);
    layout->addWidget(m_showAll);

    QToolButton* brush = addSwitch(layout, "select", tr("Select runs"),
                                   tr("Dragging a rectangle selects the runs in it, in every view, instead "
                                      "of zooming (or drag with Shift)"));
    brush->setObjectName(QStringLiteral("curveSelect"));
    connect(brush, &QToolButton::toggled, m_chart, &ParetoChart::setBrushing);
    connect(m_chart, &ParetoChart::brushingChanged, brush, &QToolButton::setChecked);
    addScales(layout);
    m_rankingSwitch =
        addSwitch(layout, "ranking", tr("Ranking"),
                  tr("The indexes ranked at the recall line by speed, latency, memory and build "
                     "time"));
    m_rankingSwitch->setObjectName(QStringLiteral("curveRanking"));
    m_rankingSwitch->setChecked(true);

    auto* more = new QToolButton;
    more->setIcon(icon(QStringLiteral("export")));
    more->setToolTip(tr("Copy or save the picture or its data"));
    more->setAccessibleName(tr("Picture and data"));
    connect(more, &QToolButton::clicked, this, [this, more] {
        QMenu* menu = m_chart->createMenu(-1);
        menu->setAttribute(Qt::WA_DeleteOnClose);
        menu->popup(more->mapToGlobal(QPoint(more->width() - menu->sizeHint().width(), more->height())));
    });
    layout->addWidget(more);
    return controls;
}

QToolButton* CurvePanel::addSwitch(QLayout* layout, const char* iconName, const QString& name,
                                   const QString& help) {
    auto* button = new QToolButton;
    button->setIcon(icon(QLatin1String(iconName)));
    button->setAccessibleName(name);
    button->setToolTip(help);
    button->setCheckable(true);
    layout->addWidget(button);
    return button;
}

void CurvePanel::addScales(QLayout* layout) {
    struct Choice {
        RecallScale scale;
        QString text, help;
    };
    const std::array<Choice, 3> choices{
        {{RecallScale::Linear, tr("linear"), tr("Recall as it is, evenly spaced")},
         {RecallScale::Logit, tr("logit"),
          tr("log of recall / (1 − recall): 0.9, 0.99 and 0.999 are equally far apart")},
         {RecallScale::MissLog, tr("1 − recall"),
          tr("The share of neighbours missed, logarithmic and reversed: each step right misses a tenth")}}};
    for (const Choice& choice : choices) {
        auto* button = new QToolButton;
        button->setText(choice.text);
        button->setToolTip(tr("Recall axis: %1").arg(choice.help));
        button->setCheckable(true);
        button->setChecked(choice.scale == m_chart->recallScale());
        m_scales->addButton(button, int(choice.scale));
        layout->addWidget(button);
    }
    connect(m_scales, &QButtonGroup::idClicked, this,
            [this](int id) { m_chart->setRecallScale(RecallScale(id)); });
    connect(m_chart, &ParetoChart::recallScaleChanged, this,
            [this](RecallScale scale) { m_scales->button(int(scale))->setChecked(true); });
}

bool CurvePanel::eventFilter(QObject* watched, QEvent* event) {
    if (watched == m_controls && event->type() == QEvent::Resize)
        m_chart->setControlsWidth(m_controls->width());
    return QWidget::eventFilter(watched, event);
}

void CurvePanel::setEmptyTexts(const QString& heading, const QString& text, const QString& button) {
    m_empty->setContent(heading, text, button);
}

void CurvePanel::setDataset(const DatasetPtr& dataset) {
    m_chart->setDataset(dataset);
    m_ranking->setDataset(dataset);
}

void CurvePanel::setRankingShown(bool shown) {
    m_rankingSwitch->setChecked(shown);
}

void CurvePanel::resizeEvent(QResizeEvent* event) {
    QWidget::resizeEvent(event);
    arrange();
}

void CurvePanel::arrange() {
    const bool beside = width() >= kBesideWidth;
    const bool room = beside || (width() >= kLeastWidth && height() >= kLeastHeight);
    m_ranking->setVisible(room && m_rankingSwitch->isChecked());
    m_rankingSwitch->setVisible(room);
    const Qt::Orientation side = beside ? Qt::Horizontal : Qt::Vertical;
    if (m_split->orientation() == side && m_divided)
        return;
    m_divided = false;
    m_split->setOrientation(side);
    const QSize wanted = m_ranking->sizeHint();
    const int second = beside ? wanted.width() : wanted.height();
    m_split->setSizes({(beside ? width() : height()) - second, second});
}

void CurvePanel::showWhatThereIs() {
    m_pages->setCurrentIndex(m_chart->hasSomething() ? 1 : 0);
}

} // namespace annscope::ui
