// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/export_panel.h"

#include "interop/exporter.h"
#include "spec/parser.h"
#include "ui/common/palette.h"

#include <QApplication>
#include <QClipboard>
#include <QComboBox>
#include <QFileDialog>
#include <QFontDatabase>
#include <QLabel>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QSaveFile>
#include <QVBoxLayout>

namespace annscope::ui {
namespace {

QString toText(std::string_view text) {
    return QString::fromUtf8(text.data(), static_cast<qsizetype>(text.size()));
}

} // namespace

ExportPanel::ExportPanel(QWidget* parent)
    : QWidget(parent), m_targets(new QComboBox(this)), m_text(new QPlainTextEdit(this)),
      m_notes(new QLabel(this)), m_message(new QLabel(this)), m_copy(new QPushButton(tr("Copy"), this)),
      m_save(new QPushButton(tr("Save As…"), this)) {
    for (const ExportTarget* target : export_targets())
        m_targets->addItem(toText(target->title), toText(target->id));
    m_targets->setToolTip(tr("The system that the configuration is written for"));
    m_targets->setAccessibleName(tr("Export target"));
    m_text->setReadOnly(true);
    m_text->setLineWrapMode(QPlainTextEdit::NoWrap);
    m_text->setFont(QFontDatabase::systemFont(QFontDatabase::FixedFont));
    m_text->setAccessibleName(tr("Exported text"));
    m_text->setPlaceholderText(
        tr("Choose a configuration on the curve or in the table of runs, or build an index; it is "
           "written here for the system above."));
    m_text->setMinimumHeight(96);
    m_copy->setToolTip(tr("Copy the text to the clipboard"));
    m_save->setToolTip(tr("Save the text to a file"));
    for (QLabel* label : {m_notes, m_message}) {
        label->setWordWrap(true);
        label->setTextInteractionFlags(Qt::TextSelectableByMouse);
    }

    auto* buttons = new QHBoxLayout;
    buttons->addWidget(m_copy);
    buttons->addWidget(m_save);
    buttons->addStretch();
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(12, 8, 12, 12);
    layout->setSpacing(8);
    layout->addWidget(m_targets);
    layout->addWidget(m_text, 1);
    layout->addLayout(buttons);
    layout->addWidget(m_notes);
    layout->addWidget(m_message);

    connect(m_targets, &QComboBox::currentIndexChanged, this, &ExportPanel::refresh);
    connect(m_copy, &QPushButton::clicked, this, &ExportPanel::copy);
    connect(m_save, &QPushButton::clicked, this, &ExportPanel::saveAs);
    refresh();
}

void ExportPanel::setConfiguration(const QString& line, std::size_t dim, Metric metric, std::size_t k) {
    m_line = line;
    m_dim = dim;
    m_metric = metric;
    m_k = k;
    refresh();
}

QString ExportPanel::text() const {
    return m_text->toPlainText();
}

QString ExportPanel::notes() const {
    return m_notes->text();
}

void ExportPanel::refresh() {
    m_text->clear();
    m_notes->clear();
    m_notes->hide();
    m_message->hide();
    m_copy->setEnabled(false);
    m_save->setEnabled(false);
    if (m_line.isEmpty())
        return;
    const ExportTarget* target = find_export_target(m_targets->currentData().toString().toStdString());
    const auto configuration = parse_configuration(m_line.toStdString());
    if (!configuration || !target) {
        showMessage(configuration ? QString() : QString::fromStdString(configuration.error().message), true);
        return;
    }
    const auto result = target->write({*configuration, m_dim, m_metric, m_k});
    if (!result) {
        showMessage(QString::fromStdString(result.error().message), true);
        return;
    }
    m_text->setPlainText(QString::fromStdString(result->text));
    QStringList notes;
    for (const std::string& note : result->notes)
        notes << QStringLiteral("⚠ ") + QString::fromStdString(note);
    m_notes->setText(notes.join(u'\n'));
    m_notes->setVisible(!notes.isEmpty());
    m_copy->setEnabled(true);
    m_save->setEnabled(true);
}

void ExportPanel::showMessage(const QString& text, bool fault) {
    QPalette colors = QWidget::palette();
    colors.setColor(QPalette::WindowText, fault ? ui::palette().fault : ui::palette().secondary);
    m_message->setPalette(colors);
    m_message->setText(text);
    m_message->setVisible(!text.isEmpty());
}

void ExportPanel::copy() {
    if (text().isEmpty())
        return;
    QApplication::clipboard()->setText(text());
    showMessage(tr("Copied."), false);
}

void ExportPanel::saveAs() {
    if (text().isEmpty())
        return;
    const ExportTarget* target = find_export_target(m_targets->currentData().toString().toStdString());
    const QString extension = target ? toText(target->extension) : QString();
    const QString path =
        QFileDialog::getSaveFileName(this, tr("Save the configuration"), QStringLiteral("index") + extension,
                                     tr("%1 (*%2);;All files (*)").arg(m_targets->currentText(), extension));
    if (!path.isEmpty())
        saveTo(path);
}

bool ExportPanel::saveTo(const QString& path) {
    QSaveFile file(path);
    if (!file.open(QIODevice::WriteOnly) || file.write(text().toUtf8()) < 0 || !file.commit()) {
        showMessage(tr("%1 could not be written: %2.").arg(path, file.errorString()), true);
        return false;
    }
    showMessage(tr("Saved to %1.").arg(path), false);
    emit saved(path);
    return true;
}

void ExportPanel::focusText() {
    m_text->setFocus(Qt::ShortcutFocusReason);
    m_text->selectAll();
}

} // namespace annscope::ui
