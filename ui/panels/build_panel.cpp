// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/build_panel.h"

#include "index/kind.h"
#include "spec/facts.h"
#include "spec/parser.h"
#include "ui/common/factory_edit.h"
#include "ui/common/flow_layout.h"
#include "ui/common/format.h"
#include "ui/common/palette.h"
#include "ui/common/param_form.h"
#include "ui/common/theme.h"
#include "ui/jobs/job_runner.h"
#include "ui/panels/build_text.h"

#include <QKeyEvent>
#include <QLabel>
#include <QPushButton>
#include <QScrollArea>
#include <QVBoxLayout>

#include <algorithm>

namespace annscope::ui {
namespace {

/// Rows looked at on the spot; real vectors of float show in the first that they are not whole numbers.
constexpr std::size_t kSampleRows = 64;

bool isBuildKey(const QKeyEvent& event) {
    return event.key() == Qt::Key_B && event.modifiers() == Qt::ControlModifier;
}

QLabel* wrappedLabel(QWidget* parent) {
    auto* label = new QLabel(parent);
    label->setWordWrap(true);
    label->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    return label;
}

/// Lets a long factory string in a sentence go on in the next line.
QString breakable(QString text) {
    return text.replace(u',', QStringLiteral(",\u200B"));
}

} // namespace

BuildPanel::BuildPanel(QWidget* parent) : QWidget(parent) {
    createWidgets();
    connect(m_line, &FactoryEdit::parsed, this, &BuildPanel::refresh);
    connect(m_line, &QLineEdit::returnPressed, this, &BuildPanel::build);
    connect(m_build, &QPushButton::clicked, this, &BuildPanel::build);
    connect(m_fields, &ParamForm::changed, this, &BuildPanel::setBuildValue);
    connect(m_specFields, &ParamForm::changed, this,
            [this](const ParamInfo&, double value) { setSpecNumber(value); });
    connect(&ThemeNotifier::instance(), &ThemeNotifier::changed, this, &BuildPanel::refresh);
    refresh();
}

void BuildPanel::createWidgets() {
    m_line = new FactoryEdit(this);
    m_line->setToolTip(
        tr("FACTORY|BUILD|SEARCH: a Faiss factory string, then build and search parameters, both "
           "optional. Ctrl+Space shows what can follow; Up and Down walk through what was built."));
    auto* scroll = new QScrollArea(this);
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setWidgetResizable(true);
    scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    scroll->setFocusPolicy(Qt::NoFocus);
    scroll->setWidget(createDescription());
    scroll->setMinimumHeight(64);
    m_build = new QPushButton(tr("Build"), this);
    m_build->setProperty("primary", true);
    m_reason = wrappedLabel(this);
    m_reason->setForegroundRole(QPalette::PlaceholderText);

    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(12, 8, 12, 12);
    layout->setSpacing(8);
    layout->addWidget(m_line);
    layout->addWidget(scroll, 1);
    layout->addWidget(m_reason);
    layout->addWidget(m_build);
}

QWidget* BuildPanel::createDescription() {
    auto* content = new QWidget;
    m_chipRow = new QWidget(content);
    m_chips = new FlowLayout(m_chipRow);
    m_message = wrappedLabel(content);
    m_message->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_size = wrappedLabel(content);
    m_size->setToolTip(
        tr("The exact size, and an estimate of the building time from a short measurement of this machine"));
    m_parts = wrappedLabel(content);
    m_parts->setForegroundRole(QPalette::PlaceholderText);
    m_specFields = new ParamForm(content);
    m_nlistLabel = new QLabel(tr("recommended nlist"), content);
    m_nlistLabel->setForegroundRole(QPalette::PlaceholderText);
    m_nlistRow = new QWidget(content);
    m_nlistChips = new FlowLayout(m_nlistRow);
    m_fields = new ParamForm(content);
    m_warnings = wrappedLabel(content);

    auto* layout = new QVBoxLayout(content);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(8);
    for (QWidget* widget :
         std::initializer_list<QWidget*>{m_chipRow, m_message, m_size, m_parts, m_specFields, m_nlistLabel,
                                         m_nlistRow, m_fields, m_warnings})
        layout->addWidget(widget);
    layout->addStretch();
    return content;
}

void BuildPanel::setDataset(const DatasetPtr& dataset) {
    if (dataset == m_dataset)
        return;
    m_dataset = dataset;
    const std::size_t n = dataset ? dataset->base.size() : 0;
    m_line->setShape(n, dataset ? dataset->dim() : 0);
    findStorage();
    if (const auto values = recommend_nlist(n); m_line->text().isEmpty() && !values.empty())
        m_line->setText(QStringLiteral("IVF%1,Flat").arg(static_cast<qulonglong>(values.front().value)));
    refresh();
}

void BuildPanel::findStorage() {
    if (!m_dataset)
        return;
    const VectorSet& base = m_dataset->base;
    m_lossless = base.type();
    if (m_lossless != ElementType::F32 || m_dataset->metric == Metric::Cosine)
        return;
    m_lossless = lossless_type(base.slice(0, std::min(base.size(), kSampleRows)));
    if (m_lossless == ElementType::F32 || !m_runner || base.size() <= kSampleRows)
        return;
    m_runner->submit<ElementType>(
        Lane::Interactive, tr("Looking for whole numbers"),
        [dataset = m_dataset](const Control&) { return lossless_type(dataset->base); }, this,
        [this, dataset = m_dataset](Result<ElementType> type) {
            if (!type || dataset != m_dataset)
                return;
            m_lossless = *type;
            refresh();
        });
}

QString BuildPanel::configurationLine() const {
    return m_line->text();
}

void BuildPanel::setConfigurationLine(const QString& line) {
    m_line->replaceText(line);
    m_line->home(false);
}

QStringList BuildPanel::history() const {
    return m_line->history();
}

void BuildPanel::setHistory(const QStringList& lines) {
    m_line->setHistory(lines);
}

QString BuildPanel::whyNot() const {
    if (m_line->text().trimmed().isEmpty())
        return tr("Type a configuration first.");
    if (m_line->error())
        return tr("The line has an error, underlined above.");
    if (!m_dataset)
        return tr("Open vectors first.");
    return m_description ? QString::fromStdString(m_description->problem) : QString();
}

QString BuildPanel::summary() const {
    QStringList lines;
    for (const QLabel* label : {m_message, m_size, m_parts, m_warnings, m_reason})
        if (!label->text().isEmpty())
            lines << label->text();
    return lines.join(u'\n').remove(QChar(0x200B));
}

void BuildPanel::refresh() {
    m_description.reset();
    const auto& configuration = m_line->configuration();
    if (configuration)
        showDescription(*configuration);
    else
        showError();
    showBuildState();
}

void BuildPanel::showError() {
    for (QLabel* label : {m_size, m_parts, m_warnings})
        label->clear();
    for (QWidget* widget : std::initializer_list<QWidget*>{m_chipRow, m_size, m_parts, m_specFields,
                                                           m_nlistLabel, m_nlistRow, m_fields, m_warnings})
        widget->hide();
    QPalette colors = QWidget::palette();
    if (m_line->error()) {
        colors.setColor(QPalette::WindowText, ui::palette().fault);
        m_message->setText(QString::fromStdString(m_line->error()->message));
    } else {
        colors.setColor(QPalette::WindowText, ui::palette().secondary);
        m_message->setText(
            tr("Type a factory string, for example IVF1024,Flat or Vamana64. What it does, its size and "
               "its time show here before it is built."));
    }
    m_message->setPalette(colors);
}

void BuildPanel::showDescription(const Configuration& configuration) {
    const std::size_t n = m_dataset ? m_dataset->base.size() : 0, dim = m_dataset ? m_dataset->dim() : 0;
    const Metric metric = m_dataset ? m_dataset->metric : Metric::L2;
    const ElementType type =
        m_dataset ? held_as(configuration, metric, m_dataset->base.type(), m_lossless) : ElementType::F32;
    m_description = describe(configuration, n, dim, metric, type);
    showChips(QString::fromStdString(m_description->canonical));
    m_message->setPalette(QWidget::palette());
    m_message->setText(QString::fromStdString(m_description->sentence));
    showSize(*m_description);
    showFields(configuration);
    showRecommendations(configuration);
    QStringList warnings;
    for (const std::string& warning : m_description->warnings)
        warnings << QStringLiteral("⚠ ") + QString::fromStdString(warning);
    m_warnings->setText(breakable(warnings.join(u'\n')));
    m_warnings->setVisible(!warnings.isEmpty());
}

void BuildPanel::showChips(const QString& canonical) {
    m_chips->clear();
    const Palette& colors = ui::palette();
    const QString style =
        QStringLiteral(
            "QLabel { background: %1; border: 1px solid %2; border-radius: 4px; padding: 1px 6px; }")
            .arg(colors.window.name(), colors.line.name());
    for (const SpecChip& chip : specChips(canonical)) {
        auto* label = new QLabel(chip.text, m_chipRow);
        label->setStyleSheet(style);
        label->setToolTip(chip.help);
        m_chips->addWidget(label);
        label->show();
    }
    m_chipRow->show();
}

void BuildPanel::showSize(const SpecDescription& description) {
    m_size->setText(sizeText(description));
    m_size->setVisible(!m_size->text().isEmpty());
    m_parts->setText(description.size ? partsText(*description.size) : QString());
    m_parts->setToolTip(description.size ? partsHelp(*description.size) : QString());
    m_parts->setVisible(!m_parts->text().isEmpty());
}

void BuildPanel::showFields(const Configuration& configuration) {
    const SpecNode& root = configuration.spec.root;
    if (const auto number = specNumber(root, m_dataset ? m_dataset->base.size() : 0)) {
        m_specFields->setParams({&*number, 1});
        m_specFields->setValues({{std::string(number->name), static_cast<double>(root.numbers[0])}});
    } else {
        m_specFields->setParams({});
    }
    m_specFields->setVisible(m_specFields->count() > 0);
    m_fields->setParams(build_params(root));
    m_fields->setValues(configuration.build);
    m_fields->setVisible(m_fields->count() > 0);
}

void BuildPanel::showRecommendations(const Configuration& configuration) {
    const SpecNode& root = configuration.spec.root;
    const auto values = recommend_nlist(m_dataset ? m_dataset->base.size() : 0);
    const bool shown = root.name == "IVF" && find_kind(root) && !values.empty();
    m_nlistLabel->setVisible(shown);
    m_nlistRow->setVisible(shown);
    if (!shown)
        return;
    makeRecommendations(values);
    for (int i = 0; i < m_nlistChips->count(); ++i)
        if (auto* chip = qobject_cast<QPushButton*>(m_nlistChips->itemAt(i)->widget()))
            chip->setChecked(m_recommended[static_cast<std::size_t>(i)] ==
                             static_cast<double>(root.numbers[0]));
}

void BuildPanel::makeRecommendations(const std::vector<Recommendation>& values) {
    m_nlistRow->setStyleSheet(
        QStringLiteral("QPushButton { padding: 1px 8px; } QPushButton:checked { border-color: %1; }")
            .arg(ui::palette().accent.name()));
    if (std::ranges::equal(values, m_recommended, {}, &Recommendation::value))
        return;
    m_nlistChips->clear();
    m_recommended.clear();
    for (const Recommendation& value : values) {
        const auto nlist = static_cast<qulonglong>(value.value);
        const QString rule =
            QString::fromStdString(value.label).replace(QStringLiteral("sqrt(n)"), QStringLiteral("√n"));
        auto* chip = new QPushButton(QStringLiteral("%1   %2").arg(formatCount(nlist), rule), m_nlistRow);
        chip->setObjectName(QStringLiteral("nlist%1").arg(nlist));
        chip->setToolTip(QString::fromStdString(value.reason));
        chip->setAccessibleDescription(chip->toolTip());
        chip->setCheckable(true);
        connect(chip, &QPushButton::clicked, this, [this, number = value.value, chip] {
            chip->setChecked(true); // it shows what the line says, whatever was clicked
            setSpecNumber(number);
        });
        m_nlistChips->addWidget(chip);
        m_recommended.push_back(value.value);
        chip->show();
    }
}

void BuildPanel::showBuildState() {
    const QString reason = whyNot();
    m_build->setEnabled(reason.isEmpty());
    m_build->setToolTip(
        reason.isEmpty() ? tr("Build this index in the background (Ctrl+B); several builds queue") : reason);
    m_reason->setText(breakable(reason));
    m_reason->setVisible(!reason.isEmpty());
    if (m_couldBuild != reason.isEmpty()) {
        m_couldBuild = reason.isEmpty();
        emit canBuildChanged(m_couldBuild);
    }
}

void BuildPanel::setBuildValue(const ParamInfo& info, double value) {
    if (!m_line->configuration())
        return;
    Configuration configuration = *m_line->configuration();
    if (value == info.def)
        configuration.build.erase(info.name);
    else
        configuration.build.set(info.name, value);
    m_line->replaceText(QString::fromStdString(print(configuration)));
}

void BuildPanel::setSpecNumber(double value) {
    if (!m_line->configuration() || m_line->configuration()->spec.root.numbers.empty())
        return;
    Configuration configuration = *m_line->configuration();
    configuration.spec.root.numbers[0] = static_cast<std::uint64_t>(value);
    m_line->replaceText(QString::fromStdString(print(configuration)));
}

void BuildPanel::build() {
    if (!canBuild())
        return;
    const QString line = QString::fromStdString(print(*m_line->configuration()));
    m_line->remember(line);
    emit buildRequested(line);
}

void BuildPanel::focusLine() {
    m_line->setFocus(Qt::ShortcutFocusReason);
    m_line->selectAll();
}

bool BuildPanel::event(QEvent* event) {
    // Taken before a window-wide shortcut of the same key, so that both can exist.
    if (event->type() == QEvent::ShortcutOverride && isBuildKey(*static_cast<QKeyEvent*>(event))) {
        event->accept();
        return true;
    }
    return QWidget::event(event);
}

void BuildPanel::keyPressEvent(QKeyEvent* event) {
    if (isBuildKey(*event))
        build();
    else
        QWidget::keyPressEvent(event);
}

} // namespace annscope::ui
