// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/path_comparison.h"

#include "ui/common/format.h"
#include "ui/jobs/job_runner.h"
#include "ui/views/query_explainer.h"
#include "ui/views/query_job.h"

#include <QBoxLayout>
#include <QComboBox>
#include <QSignalBlocker>
#include <QSpinBox>

#include <algorithm>
#include <cmath>
#include <utility>

namespace annscope::ui {

namespace {

constexpr qint64 kNothing = -1;
constexpr int kParameterRole = Qt::UserRole + 1; ///< beside the index's id

QString nameOf(const ParamInfo& info) {
    return QString::fromUtf8(info.name.data(), static_cast<qsizetype>(info.name.size()));
}

const ParamInfo* paramOf(const Index& index, const QString& name) {
    for (const ParamInfo& info : index.search_params())
        if (nameOf(info) == name)
            return &info;
    return nullptr;
}

/// What decides most how much an index looks at: the list of a graph, the cells of an inverted file, what is
/// ranked again.
const ParamInfo* mainParam(const Index& index) {
    for (const char* name : {"efSearch", "Lsearch", "nprobe", "k_factor"})
        if (const ParamInfo* info = paramOf(index, QString::fromLatin1(name)))
            return info;
    return index.search_params().empty() ? nullptr : &index.search_params().front();
}

/// A graph's list goes by two names.
bool isList(const ParamInfo& info) {
    return info.name == "efSearch" || info.name == "Lsearch";
}

/// The parameters for another index: those that it has, too, and its list under its own name.
SearchParams translated(const SearchParams& params, const Index& from, const Index& to) {
    SearchParams own;
    for (const ParamInfo& info : to.search_params()) {
        const ParamInfo* same = paramOf(from, nameOf(info));
        if (!same && isList(info))
            same = listParam(from);
        if (same)
            own.set(std::string(info.name), std::clamp(value_or_default(params, *same), info.min, info.max));
    }
    return own;
}

/// The build parameters of one index that another has not, or has otherwise.
QString differentBuild(const BuiltIndex& one, const BuiltIndex& other) {
    ParamSet different;
    for (const auto& [name, value] : one.configuration.build.values())
        if (!other.configuration.build.contains(name) || other.configuration.build.get(name, value) != value)
            different.set(name, value);
    return QString::fromStdString(to_string(different));
}

} // namespace

PathComparison::PathComparison(JobRunner* jobs, QueryExplainer* first, QWidget* parent)
    : QWidget(parent), m_first(first), m_second(new QueryExplainer(jobs, this)),
      m_choice(new QComboBox(this)), m_width(new QSpinBox(this)) {
    setObjectName(QStringLiteral("pathComparison"));
    m_choice->setObjectName(QStringLiteral("compareWith"));
    m_choice->setAccessibleName(tr("Compare the path with"));
    m_choice->setToolTip(tr("Lays a second path of the same query over the first: of this index with another "
                            "parameter,\nor of another index of the same vectors, of any kind."));
    m_choice->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    m_choice->setMinimumContentsLength(11);
    m_width->setObjectName(QStringLiteral("compareList"));
    m_width->setKeyboardTracking(false);
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(4);
    layout->addWidget(m_choice);
    layout->addWidget(m_width);

    connect(m_choice, &QComboBox::activated, this, &PathComparison::choose);
    connect(m_width, &QSpinBox::valueChanged, this, &PathComparison::applyParams);
    connect(m_first, &QueryExplainer::asked, this, [this] {
        if (m_other)
            m_second->explainAs(*m_first);
    });
    connect(m_second, &QueryExplainer::pathChanged, this, &PathComparison::changed);
    fillChoices();
    showWidth();
}

void PathComparison::fillChoices() {
    const QSignalBlocker blocker(m_choice);
    m_choice->clear();
    m_choice->addItem(m_other ? tr("No comparison") : tr("Compare with…"), kNothing);
    if (m_index)
        for (const ParamInfo& each : m_index->index->search_params()) {
            m_choice->addItem(tr("Another %1").arg(nameOf(each)), m_index->id);
            m_choice->setItemData(m_choice->count() - 1, nameOf(each), kParameterRole);
        }
    for (const BuiltIndexPtr& built : m_offered)
        if (m_index && built != m_index && built->dataset == m_index->dataset)
            m_choice->addItem(built->title, built->id);
    int current = 0;
    for (int i = 1; i < m_choice->count() && m_other; ++i)
        if (m_choice->itemData(i).toLongLong() == m_other->id &&
            (m_other != m_index || m_choice->itemData(i, kParameterRole).toString() == m_parameter))
            current = i;
    m_choice->setCurrentIndex(current);
    m_choice->setEnabled(m_choice->count() > 1);
}

const ParamInfo* PathComparison::info() const {
    return m_other ? paramOf(*m_other->index, m_parameter) : nullptr;
}

void PathComparison::setIndex(BuiltIndexPtr built) {
    if (built == m_index)
        return;
    // "This index, another value" goes on with the new one.
    const bool same = m_other && m_other == m_index;
    m_index = std::move(built);
    if (m_other && (!m_index || (same && !paramOf(*m_index->index, m_parameter)) ||
                    m_other->dataset != m_index->dataset || (!same && m_other == m_index)))
        compareWith(nullptr);
    else if (same)
        compareWith(m_index, m_parameter);
    fillChoices();
}

void PathComparison::setIndexes(const std::vector<BuiltIndexPtr>& indexes) {
    m_offered = indexes;
    if (m_other && std::ranges::find(indexes, m_other) == indexes.end() && m_other != m_index)
        compareWith(nullptr);
    fillChoices();
}

void PathComparison::setSearchParams(const SearchParams& params, std::size_t k) {
    m_params = params;
    m_k = k;
    applyParams();
}

void PathComparison::choose(int item) {
    const qint64 id = m_choice->itemData(item).toLongLong();
    if (m_index && id == m_index->id)
        return compareWith(m_index, m_choice->itemData(item, kParameterRole).toString());
    const auto found = std::ranges::find(m_offered, id, [](const BuiltIndexPtr& built) { return built->id; });
    compareWith(found == m_offered.end() ? nullptr : *found);
}

void PathComparison::compareWith(BuiltIndexPtr second, const QString& parameter) {
    m_other = std::move(second);
    const ParamInfo* chosen = !m_other              ? nullptr
                              : parameter.isEmpty() ? mainParam(*m_other->index)
                                                    : paramOf(*m_other->index, parameter);
    m_parameter = chosen ? nameOf(*chosen) : QString();
    if (chosen) {
        // Twice as much shows what more gives; another index is compared at the same value where it has one.
        const double value =
            m_other == m_index
                ? value_or_default(m_params, *chosen) * 2
                : value_or_default(translated(m_params, *m_index->index, *m_other->index), *chosen);
        const QSignalBlocker blocker(m_width);
        m_width->setRange(static_cast<int>(std::ceil(chosen->min)), static_cast<int>(chosen->max));
        m_width->setValue(static_cast<int>(value));
    }
    fillChoices();
    showWidth();
    m_second->setIndex(m_other);
    applyParams();
    if (m_other)
        m_second->explainAs(*m_first);
    emit changed();
}

void PathComparison::showWidth() {
    const ParamInfo* chosen = info();
    m_width->setVisible(chosen != nullptr);
    if (!chosen)
        return;
    m_width->setPrefix(m_parameter + QLatin1Char(' '));
    m_width->setAccessibleName(tr("%1 of the second path").arg(m_parameter));
    m_width->setToolTip(tr("%1 of the second path, %2..%3")
                            .arg(m_parameter)
                            .arg(m_width->minimum())
                            .arg(formatCount(static_cast<qulonglong>(m_width->maximum()))));
}

void PathComparison::applyParams() {
    if (!m_other)
        return;
    SearchParams own = m_other == m_index ? m_params : translated(m_params, *m_index->index, *m_other->index);
    if (info())
        own.set(m_parameter.toStdString(), m_width->value());
    m_second->setSearchParams(own, m_k);
}

/// "efSearch 32" where that is the difference, else what the index is, and the value where it differs, too.
QString PathComparison::name(const Setting& one, const Setting& other) const {
    const auto valueText = [this](const Setting& setting, const QString& parameter) {
        const ParamInfo* found = paramOf(*setting.built->index, parameter);
        return found
                   ? QStringLiteral("%1 %2").arg(nameOf(*found)).arg(value_or_default(setting.params, *found))
                   : QString();
    };
    if (one.built == other.built)
        return valueText(one, m_parameter);
    QString what = QString::fromStdString(print(one.built->configuration.spec));
    if (print(other.built->configuration.spec) == what.toStdString()) {
        const QString build = differentBuild(*one.built, *other.built);
        what = build.isEmpty() ? what : build;
    }
    const ParamInfo *own = mainParam(*one.built->index), *others = mainParam(*other.built->index);
    const bool same = own && others && (own->name == others->name || (isList(*own) && isList(*others))) &&
                      value_or_default(one.params, *own) == value_or_default(other.params, *others);
    return same || !own ? what : what + QLatin1Char(' ') + valueText(one, nameOf(*own));
}

std::optional<PathPair> PathComparison::paths() const {
    const PathModelPtr& first = m_first->path();
    if (!m_other || !first)
        return PathPair{NamedPath{first, {}}, {}};
    if (m_first->busy() || m_second->busy())
        return std::nullopt;
    const PathModelPtr& second = m_second->path();
    if (!second || second->query != first->query || second->steps.empty() || first->steps.empty())
        return PathPair{NamedPath{first, {}}, {}};
    const Setting a{m_index, first->params}, b{m_other, second->params};
    return PathPair{NamedPath{first, name(a, b)}, NamedPath{second, name(b, a)}};
}

} // namespace annscope::ui
