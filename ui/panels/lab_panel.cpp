// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/lab_panel.h"

#include "index/kind.h"
#include "spec/describe.h"
#include "spec/parser.h"
#include "ui/common/choice_spin.h"
#include "ui/common/factory_edit.h"
#include "ui/common/format.h"
#include "ui/common/palette.h"
#include "ui/common/theme.h"
#include "ui/models/codes_model.h"
#include "ui/panels/lab_memory.h"
#include "ui/panels/lab_readouts.h"
#include "ui/panels/param_slider.h"
#include "ui/views/distance_density.h"
#include "ui/views/empty_state.h"
#include "ui/views/rerank_curve.h"

#include <QClipboard>
#include <QGuiApplication>
#include <QHeaderView>
#include <QLabel>
#include <QMenu>
#include <QPushButton>
#include <QSortFilterProxyModel>
#include <QStackedWidget>
#include <QTabBar>
#include <QTabWidget>
#include <QTableView>
#include <QToolButton>

#include <algorithm>
#include <numeric>

namespace annscope::ui {
namespace {

constexpr int kTypingMs = 250; ///< a code is studied once typing pauses

/// The search parameter by which re-ranking is told how many candidates to look at; null: not built.
bool refines(const SpecNode& root) {
    const std::vector<ParamInfo> params = search_params(root);
    return find_kind(root) && std::ranges::find(params, "k_factor", &ParamInfo::name) != params.end();
}

} // namespace

LabPanel::LabPanel(JobRunner* jobs, QWidget* parent) : QWidget(parent), m_study(new LabStudy(jobs, this)) {
    setObjectName(QStringLiteral("labPanel"));
    setAccessibleName(tr("Code laboratory"));
    m_typing.setSingleShot(true);
    m_typing.setInterval(kTypingMs);
    createWidgets();
    connectAll();
    refresh();
}

void LabPanel::connectAll() {
    connect(m_line, &FactoryEdit::parsed, this, &LabPanel::onParsed);
    connect(m_line, &QLineEdit::returnPressed, this, &LabPanel::begin);
    connect(&m_typing, &QTimer::timeout, this, &LabPanel::begin);
    connect(m_build, &QPushButton::clicked, this, [this] { emit buildRequested(buildLine()); });
    connect(m_empty, &EmptyState::clicked, this, &LabPanel::emptyTriggered);
    connect(m_factor, &ParamSlider::changed, this, &LabPanel::showFactor);
    connect(m_curve, &RerankCurve::factorPicked, this, [this](double factor) {
        m_factor->setValue(factor);
        showFactor(m_factor->value());
    });
    connect(m_table, &QTableView::activated, this, &LabPanel::takeRow);
    connect(m_table, &QWidget::customContextMenuRequested, this, &LabPanel::tableMenu);
    connect(m_study, &LabStudy::studied, this, &LabPanel::showStudy);
    connect(m_study, &LabStudy::failed, this, &LabPanel::complain);
    connect(m_study, &LabStudy::codesListed, this, [this](const std::vector<ComparableCode>& codes, int own) {
        m_codes->setCodes(codes, own);
        showState();
    });
    connect(m_study, &LabStudy::codeStudied, this, [this](int row, const StudyPtr& study) {
        m_codes->setStudy(row, study);
        showState();
    });
    connect(m_study, &LabStudy::codeFailed, this, [this](int row, const QString& sentence) {
        m_codes->setProblem(row, sentence);
        showState();
    });
    connect(m_study, &LabStudy::finished, this, [this] {
        m_finished = true;
        showState();
    });
    connect(&ThemeNotifier::instance(), &ThemeNotifier::changed, this, &LabPanel::refresh);
}

void LabPanel::setData(const DatasetPtr& dataset, std::size_t k) {
    if (dataset == m_dataset && k == m_k)
        return;
    const bool other = dataset != m_dataset;
    m_dataset = dataset;
    m_k = k;
    m_study->setData(dataset, k);
    m_line->setShape(dataset ? dataset->base.size() : 0, dataset ? dataset->dim() : 0);
    m_stale = true;
    if (other) {
        m_shown.reset();
        m_codes->clear();
        m_density->setStudy(nullptr, Metric::L2);
        m_curve->setStudy(nullptr);
    }
    if (dataset && (m_line->text().isEmpty() || (other && !m_line->configuration())))
        m_line->setText(QString::fromStdString(print(firstCode(dataset->dim()))));
    refresh();
    if (seen())
        begin();
}

void LabPanel::setCode(const QString& line) {
    if (line == m_line->text())
        return;
    m_line->replaceText(line);
    m_line->home(false);
}

QString LabPanel::codeLine() const {
    return m_line->text();
}

QString LabPanel::message() const {
    return m_message->text();
}

const SpecNode* LabPanel::root() const {
    return m_line->configuration() ? &m_line->configuration()->spec.root : nullptr;
}

QString LabPanel::buildLine() const {
    if (!root())
        return {};
    Configuration configuration = *m_line->configuration();
    const auto factor = m_factor->value();
    SpecNode refined = configuration.spec.root;
    if (!code_under_study(refined).refined && factor > 1)
        refined = SpecNode{"RFlat", {}, {}, {refined}, 0};
    if (refines(refined)) {
        configuration.spec.root = refined;
        configuration.search.set("k_factor", factor);
    }
    return QString::fromStdString(print(configuration));
}

ChoiceSpin* LabPanel::knob(LabKnob::Kind kind) const {
    return m_knobs[std::size_t(kind)].spin;
}

/// A change by hand: the study begins once it pauses; what is wrong shows at once.
void LabPanel::onParsed() {
    m_stale = true;
    m_study->stop();
    m_finished = true;
    refresh();
    if (root() && m_dataset && seen())
        m_typing.start();
    else
        m_typing.stop();
}

void LabPanel::showEvent(QShowEvent* event) {
    QWidget::showEvent(event);
    if (m_stale)
        begin();
}

void LabPanel::hideEvent(QHideEvent* event) {
    QWidget::hideEvent(event);
    suspend();
}

void LabPanel::setInFront(bool inFront) {
    m_inFront = inFront;
    if (!inFront)
        suspend();
    else if (m_stale)
        begin();
}

/// Stops studying; what is missing is studied when the panel is seen again.
void LabPanel::suspend() {
    if (m_study->busy() || !m_finished) {
        m_study->stop();
        m_finished = true;
        m_stale = true;
    }
}

void LabPanel::begin() {
    m_typing.stop();
    if (!m_dataset || !root() || !seen())
        return;
    m_stale = false;
    m_finished = false;
    m_codes->clear();
    complain({});
    m_study->request(*m_line->configuration());
    showState();
}

void LabPanel::showStudy(const StudyPtr& study) {
    m_shown = study;
    m_density->setStudy(study, m_dataset->metric);
    m_curve->setStudy(study);
    m_memory->setParts(codeLine().section(u'|', 0, 0), study->memory, study->total, study->own_bytes);
    m_tabs->setTabText(0, tr("Codes of about %1 bytes").arg(formatMean(study->code_bytes)));
    showFactor(m_factor->value());
    showPictureTexts();
    showState();
}

void LabPanel::showFactor(double factor) {
    m_density->setFactor(factor);
    m_curve->setFactor(factor);
    m_codes->setFactor(factor);
    m_readouts->setStudy(m_shown, factor);
    showPictureTexts();
}

void LabPanel::showPictureTexts() {
    if (!m_shown || !m_dataset)
        return;
    const QString about =
        tr("%1 on %2, k = %3, k_factor %4")
            .arg(QString::fromStdString(m_shown->code), QString::fromStdString(m_dataset->name))
            .arg(m_shown->k)
            .arg(formatParameter(m_factor->value()));
    m_density->setPictureText(tr("Distances by the code against exact ones"), about);
    m_curve->setPictureText(tr("Recall after re-ranking"), about);
}

/// On what the numbers stand, and what is still to come.
void LabPanel::showState() {
    QString text;
    if (m_shown)
        text = m_shown->rows == m_shown->total
                   ? tr("%1 queries, all %2 vectors")
                         .arg(formatCount(m_shown->queries), formatCount(m_shown->total))
                   : tr("%1 queries, %2 of %3 vectors")
                         .arg(formatCount(m_shown->queries), formatCount(m_shown->rows),
                              formatCount(m_shown->total));
    if (!m_finished) {
        const int rows = m_codes->rowCount();
        text += (text.isEmpty() ? QString() : QStringLiteral(" · ")) +
                (rows > 0  ? tr("%1 of %2 codes").arg(m_codes->studied()).arg(rows)
                 : m_shown ? tr("refining…")
                           : tr("studying…"));
    }
    m_stateText = text;
    m_state->setToolTip(m_shown ? studySource(*m_shown) : QString());
    fitWidths();
}

/// The state has the room that the tabs leave, codes that of the other columns.
void LabPanel::fitWidths() {
    constexpr int kLeastCode = 150;
    QHeaderView* header = m_table->horizontalHeader();
    const int others = header->length() - header->sectionSize(CodesModel::Code);
    header->resizeSection(CodesModel::Code, std::max(kLeastCode, m_table->viewport()->width() - others));
    const int room = m_tabs->width() - m_tabs->tabBar()->sizeHint().width() - 28;
    m_state->setText(m_state->fontMetrics().elidedText(m_stateText, Qt::ElideRight, std::max(room, 0)));
}

void LabPanel::resizeEvent(QResizeEvent* event) {
    QWidget::resizeEvent(event);
    QTimer::singleShot(0, this, &LabPanel::fitWidths); // once the tabs have their width
}

void LabPanel::complain(const QString& sentence) {
    m_message->setText(sentence);
    m_message->setVisible(!sentence.isEmpty());
}

/// What depends on the line and the data, but on no study.
void LabPanel::refresh() {
    QPalette colors = QWidget::palette();
    colors.setColor(QPalette::WindowText, ui::palette().fault);
    m_message->setPalette(colors);
    m_pages->setCurrentIndex(m_dataset ? 1 : 0);
    const SpecNode* tree = root();
    QString problem;
    if (m_line->error())
        problem = QString::fromStdString(m_line->error()->message);
    else if (tree && m_dataset)
        problem = QString::fromStdString(
            describe(*m_line->configuration(), m_dataset->base.size(), m_dataset->dim(), m_dataset->metric)
                .problem);
    if (tree && find_kind(*code_under_study(*tree).code) && !find_kind(*tree))
        problem.clear(); // only what stands around the code is not built: it can be studied
    complain(problem);
    showKnobs();
    m_build->setEnabled(tree && m_dataset);
}

void LabPanel::replaceCode(const SpecNode& changed) {
    Configuration configuration = m_line->configuration().value_or(Configuration{});
    configuration.spec.root = changed;
    m_line->replaceText(QString::fromStdString(print(configuration)));
    begin(); // a click waits for nothing
}

} // namespace annscope::ui
