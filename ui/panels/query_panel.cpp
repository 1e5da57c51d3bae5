// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/query_panel.h"

#include "ui/common/elided_label.h"
#include "ui/common/format.h"
#include "ui/common/icons.h"
#include "ui/models/path_step.h"
#include "ui/models/run.h"
#include "ui/models/selection.h"
#include "ui/panels/path_comparison.h"
#include "ui/panels/query_choice.h"
#include "ui/panels/query_spin.h"
#include "ui/views/empty_state.h"
#include "ui/views/path_player.h"
#include "ui/views/query_explainer.h"
#include "ui/views/step_text.h"

#include <QBoxLayout>
#include <QScopedValueRollback>
#include <QStackedWidget>
#include <QToolButton>

#include <utility>

namespace annscope::ui {

QueryPanel::QueryPanel(const QString& name, const QString& factory, JobRunner* jobs, Selection* selection,
                       QWidget* parent)
    : QWidget(parent), m_jobs(jobs), m_selection(selection), m_stack(new QStackedWidget(this)),
      m_empty(new EmptyState(this)), m_summary(new ElidedLabel(this)), m_outcome(new ElidedLabel(this)),
      m_choice(new QueryChoice(jobs, selection, this)), m_query(new QuerySpin(m_choice, this)),
      m_comparison(new PathComparison(jobs, m_choice->explainer(), this)), m_player(new PathPlayer(this)) {
    setObjectName(name + QStringLiteral("Panel"));
    m_summary->setObjectName(name + QStringLiteral("Summary"));
    m_summary->setForegroundRole(QPalette::PlaceholderText);
    m_outcome->setObjectName(name + QStringLiteral("Outcome"));
    m_stack->addWidget(m_empty);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(m_stack);

    connect(m_empty, &EmptyState::clicked, this, [this, factory] { emit buildSuggested(factory); });
    connect(m_comparison, &PathComparison::changed, this, &QueryPanel::takePaths);
    connect(explainer(), &QueryExplainer::pathChanged, this, &QueryPanel::takePaths);
    connect(explainer(), &QueryExplainer::failed, m_outcome, &QLabel::setText);
    connect(m_player, &PathPlayer::nodePicked, m_selection, &Selection::setNode);
    connect(m_player, &PathPlayer::stepChanged, this, [this](int first, int second) {
        stepsChanged(static_cast<std::size_t>(first), static_cast<std::size_t>(second));
        tellStep();
    });
}

QueryExplainer* QueryPanel::explainer() const noexcept {
    return m_choice->explainer();
}

QHBoxLayout* QueryPanel::queryBar() {
    auto* bar = new QHBoxLayout;
    bar->setContentsMargins(8, 0, 8, 4);
    bar->setSpacing(8);
    bar->addWidget(m_query);
    bar->addWidget(m_outcome, 1);
    bar->addWidget(m_comparison);
    return bar;
}

QToolButton* QueryPanel::addButton(const QString& iconName, const QString& name, const QString& tip) {
    auto* button = new QToolButton(this);
    button->setIcon(icon(iconName));
    button->setAutoRaise(true);
    button->setAccessibleName(name);
    button->setToolTip(tip);
    return button;
}

void QueryPanel::setPage(QWidget* page) {
    m_stack->addWidget(page);
}

void QueryPanel::setIndex(BuiltIndexPtr built) {
    if (built == m_built)
        return;
    forget();
    m_built = std::move(built);
    const bool shown = m_built && m_built->index && m_built->dataset && suits(*m_built->index);
    m_paths = {};
    m_choice->setIndex(shown ? m_built : nullptr);
    m_comparison->setIndex(shown ? m_built : nullptr);
    showEmpty();
    if (shown)
        begin();
}

void QueryPanel::setIndexes(const std::vector<BuiltIndexPtr>& indexes) {
    m_comparison->setIndexes(indexes);
}

void QueryPanel::setSearchParams(const SearchParams& params, std::size_t k) {
    m_params = params;
    m_k = k;
    m_comparison->setSearchParams(params, k);
    explainer()->setSearchParams(params, k);
}

void QueryPanel::setFilters(FilterStack* filters) {
    m_query->setFilters(filters);
}

void QueryPanel::setPlayerShown(bool shown) {
    m_player->setVisible(shown);
}

void QueryPanel::follow(StepState* steps, bool leads) {
    m_steps = steps;
    m_leads = leads;
    connect(steps, &StepState::stepChanged, this, &QueryPanel::takeStep);
    connect(steps, &StepState::pathChanged, this, &QueryPanel::takeStep);
}

void QueryPanel::tellStep() {
    if (m_steps && m_built && !m_taking)
        m_steps->show(m_built->id, m_paths[0].path, m_player->stepOf(0));
}

void QueryPanel::takeStep() {
    if (!m_steps || !m_built || !m_steps->shows(m_built->id, m_paths[0].path))
        return;
    const QScopedValueRollback taking(m_taking, true);
    m_player->follow(m_steps->step());
}

void QueryPanel::showEmpty() {
    m_stack->setCurrentIndex(0);
    describeEmpty(*m_empty);
}

void QueryPanel::showPage() {
    m_query->setQueries(m_built->dataset->queries.size());
    m_stack->setCurrentIndex(1);
    m_choice->takeUpSelection();
    if (explainer()->busy())
        pathsChanged(); // none yet
    else
        takePaths();
}

void QueryPanel::takePaths() {
    if (!ready() || explainer()->busy())
        return;
    std::optional<PathPair> paths = m_comparison->paths();
    if (!paths)
        return; // its second path is on its way
    m_paths = *std::move(paths);
    m_player->setPaths(m_paths);
    pathsChanged();
    stepsChanged(m_player->stepOf(0), m_player->stepOf(1));
    if (m_steps && m_steps->shows(m_built->id, m_paths[0].path))
        takeStep();
    else if (m_leads)
        tellStep();
}

QString QueryPanel::outcomeOfPaths() const {
    if (!isPair(m_paths)) {
        QString text = outcomeText(*m_paths[0].path);
        text.front() = text.front().toUpper();
        return text + QLatin1Char('.');
    }
    QStringList sentences;
    for (const NamedPath& named : m_paths)
        sentences << tr("%1: %2").arg(named.name, shortOutcomeText(*named.path));
    return sentences.join(QStringLiteral("; ")) + QLatin1Char('.');
}

QString QueryPanel::pathSubtitle() const {
    const QString name = QString::fromStdString(m_built->dataset->name);
    const PathModelPtr& path = m_paths[0].path;
    if (!path)
        return {};
    if (isPair(m_paths))
        return tr("%1: %2 (solid) and %3 (dashed), k = %4")
            .arg(name, m_paths[0].name, m_paths[1].name)
            .arg(path->k);
    return tr("%1 on %2, k = %3").arg(configurationText(*m_built, path->params), name).arg(path->k);
}

} // namespace annscope::ui
