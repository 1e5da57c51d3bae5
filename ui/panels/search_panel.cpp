// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/search_panel.h"

#include "ui/common/palette.h"
#include "ui/common/theme.h"
#include "ui/models/run_text.h"
#include "ui/models/runs_model.h"
#include "ui/panels/param_slider.h"
#include "ui/panels/search_readouts.h"
#include "ui/views/empty_state.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QScrollArea>
#include <QSlider>
#include <QStackedWidget>
#include <QVBoxLayout>

#include <algorithm>

namespace annscope::ui {
namespace {

ParamInfo kInfo(const BuiltIndex& index) {
    const std::size_t truth = index.dataset->truth.k > 0 ? index.dataset->truth.k : 100;
    const std::size_t most = std::max<std::size_t>(1, std::min(truth, index.dataset->base.size()));
    return {"k",
            1,
            double(most),
            10,
            true,
            true,
            "Neighbours asked for. More: a longer answer, and usually slower."};
}

} // namespace

SearchPanel::SearchPanel(RunsModel* model, Selection* selection, QWidget* parent)
    : QWidget(parent), m_model(model), m_selection(selection), m_pages(new QStackedWidget(this)),
      m_empty(new EmptyState(this)), m_mark(new QLabel(this)), m_title(new QLabel(this)),
      m_detail(new QLabel(this)), m_problem(new QLabel(this)), m_sliderBox(new QWidget(this)),
      m_readouts(new SearchReadouts(this)), m_keep(new QPushButton(tr("Keep as run"), this)) {
    setObjectName(QStringLiteral("searchPanel"));
    QFont heading = font();
    heading.setPixelSize(kHeading);
    m_title->setFont(heading);
    m_title->setWordWrap(true);
    m_detail->setWordWrap(true);
    m_detail->setForegroundRole(QPalette::PlaceholderText);
    m_problem->setWordWrap(true);
    m_problem->hide();
    m_keep->setToolTip(
        tr("Adds this configuration to the table and the curve, once all queries are measured"));
    auto* title = new QHBoxLayout;
    title->setSpacing(8);
    title->addWidget(m_mark, 0, Qt::AlignTop);
    title->addWidget(m_title, 1);
    m_sliderLayout = new QVBoxLayout(m_sliderBox);
    m_sliderLayout->setContentsMargins(0, 4, 0, 4);
    m_sliderLayout->setSpacing(6);

    auto* content = new QWidget;
    auto* layout = new QVBoxLayout(content);
    layout->setContentsMargins(12, 10, 12, 12);
    layout->setSpacing(8);
    layout->addLayout(title);
    layout->addWidget(m_detail);
    layout->addWidget(m_sliderBox);
    layout->addWidget(m_problem);
    layout->addWidget(m_readouts);
    layout->addWidget(m_keep, 0, Qt::AlignLeft);
    layout->addStretch();
    auto* scroll = new QScrollArea;
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setWidgetResizable(true);
    scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    scroll->setWidget(content);
    m_pages->addWidget(m_empty);
    m_pages->addWidget(scroll);
    auto* outer = new QVBoxLayout(this);
    outer->setContentsMargins(0, 0, 0, 0);
    outer->addWidget(m_pages);

    m_empty->setContent({},
                        tr("Select a point of the curve or a row of the table to turn its search parameters "
                           "here and see at once what they give."),
                        {});
    connect(m_empty, &EmptyState::clicked, this, &SearchPanel::emptyTriggered);
    connect(m_keep, &QPushButton::clicked, this, &SearchPanel::keep);
    connect(selection, &Selection::runChanged, this, &SearchPanel::showRun);
    connect(&ThemeNotifier::instance(), &ThemeNotifier::changed, this, [this] { showIndex(m_index); });
    m_pages->setCurrentIndex(0);
    showRun(selection->run());
}

void SearchPanel::setIndex(BuiltIndexPtr index) {
    if (index == m_index)
        return;
    showIndex(std::move(index));
    m_estimate.reset();
    m_keepWhenDone = false;
    m_keep->setEnabled(false);
    m_readouts->clear(k());
    setProblem({});
    emit measureDropped();
}

void SearchPanel::showIndex(BuiltIndexPtr index) {
    const bool other = index != m_index;
    m_index = std::move(index);
    m_pages->setCurrentIndex(m_index ? 1 : 0);
    if (!m_index)
        return;
    Run mark;
    mark.index = m_index;
    m_mark->setPixmap(runDecoration(mark));
    m_title->setText(m_index->title.section(u'|', 0, 0));
    const QString build = m_index->title.section(u'|', 1).replace(u',', QStringLiteral(", "));
    m_detail->setText(build);
    m_detail->setVisible(!build.isEmpty());
    QPalette colors = m_problem->palette();
    colors.setColor(QPalette::WindowText, ui::palette().fault);
    m_problem->setPalette(colors);
    if (other)
        makeSliders();
    m_readouts->setMemory(m_index);
}

void SearchPanel::makeSliders() {
    for (ParamSlider* slider : m_sliders) {
        m_sliderLayout->removeWidget(slider);
        slider->hide();
        slider->deleteLater();
    }
    m_sliders.clear();
    const auto add = [this](const ParamInfo& info) {
        auto* slider = new ParamSlider(info, m_sliderBox);
        m_sliderLayout->addWidget(slider);
        m_sliders.push_back(slider);
        connect(slider, &ParamSlider::changed, this, &SearchPanel::requestMeasurement);
    };
    for (const ParamInfo& info : m_index->index->search_params())
        add(info);
    for (ParamSlider* slider : m_sliders) {
        const std::string name = slider->name().toStdString();
        slider->setValue(m_index->configuration.search.get(name, slider->value()));
    }
    add(kInfo(*m_index));
    m_sliders.back()->setValue(double(m_wantedK));
    connect(m_sliders.back(), &ParamSlider::changed, this, [this] {
        m_wantedK = k();
        emit kChanged(m_wantedK);
    });
    int width = 0;
    for (const ParamSlider* slider : m_sliders)
        width = std::max(width, slider->label()->sizeHint().width());
    for (ParamSlider* slider : m_sliders)
        slider->label()->setFixedWidth(width);
}

SearchParams SearchPanel::params() const {
    SearchParams params;
    for (std::size_t i = 0; i + 1 < m_sliders.size(); ++i)
        params.set(m_sliders[i]->name().toStdString(), m_sliders[i]->value());
    return params;
}

void SearchPanel::setParams(const SearchParams& params) {
    const SearchParams before = this->params();
    for (std::size_t i = 0; i + 1 < m_sliders.size(); ++i)
        m_sliders[i]->setValue(params.get(m_sliders[i]->name().toStdString(), m_sliders[i]->value()));
    if (this->params() != before)
        requestMeasurement();
}

std::size_t SearchPanel::k() const {
    return m_sliders.empty() ? m_wantedK : std::size_t(m_sliders.back()->value());
}

void SearchPanel::setK(std::size_t k) {
    if (k == m_wantedK)
        return;
    m_wantedK = k;
    if (m_sliders.empty())
        return;
    m_sliders.back()->setValue(double(k));
    if (m_estimate || m_selection->run() >= 0)
        requestMeasurement();
    else
        m_readouts->clear(this->k());
}

ParamSlider* SearchPanel::slider(const QString& name) const {
    const auto found = std::ranges::find(m_sliders, name, &ParamSlider::name);
    return found == m_sliders.end() ? nullptr : *found;
}

void SearchPanel::showRun(qint64 id) {
    const Run* run = m_model->run(id);
    if (!run || !run->index || !run->index->index)
        return;
    showIndex(run->index);
    for (std::size_t i = 0; i + 1 < m_sliders.size(); ++i)
        m_sliders[i]->setValue(
            run->point.params.get(m_sliders[i]->name().toStdString(), m_sliders[i]->value()));
    m_sliders.back()->setValue(double(run->point.k));
    m_estimate.reset();
    m_keepWhenDone = false;
    m_keep->setEnabled(false); // it is one already
    setProblem({});
    m_readouts->setPoint(run->point, recallMargin(run->point), run->point.queries);
    emit measureDropped();
}

void SearchPanel::requestMeasurement() {
    if (!m_index)
        return;
    setProblem({});
    m_keepWhenDone = false;
    m_keep->setText(tr("Keep as run"));
    m_keep->setEnabled(false);
    m_readouts->setStale();
    emit measureRequested(m_index, params(), k());
}

void SearchPanel::setEstimate(const LiveEstimate& estimate) {
    // A slider may be ahead of what is measured; the marker on the curve may trail, the numbers may not.
    if (estimate.index != m_index || estimate.point.params != params() || estimate.point.k != k())
        return;
    m_estimate = estimate;
    m_readouts->setPoint(estimate.point, estimate.recallMargin, estimate.total);
    m_keep->setEnabled(!m_keepWhenDone);
    if (m_keepWhenDone && estimate.complete())
        keep();
}

void SearchPanel::setProblem(const QString& sentence) {
    m_problem->setText(sentence);
    m_problem->setVisible(!sentence.isEmpty());
    if (!sentence.isEmpty())
        m_readouts->clear(k());
}

void SearchPanel::keep() {
    if (!m_estimate)
        return;
    if (!m_estimate->complete()) {
        m_keepWhenDone = true;
        m_keep->setText(tr("Keeping when measured…"));
        m_keep->setEnabled(false);
        return;
    }
    m_keepWhenDone = false;
    m_keep->setText(tr("Keep as run"));
    m_keep->setEnabled(false);
    Run run;
    run.index = m_estimate->index;
    run.point = m_estimate->point;
    emit kept(run);
}

QString SearchPanel::readout(const QString& name) const {
    return name == QStringLiteral("problem") ? m_problem->text() : m_readouts->text(name);
}

} // namespace annscope::ui
