// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/open_panel.h"

#include "ui/common/icons.h"
#include "ui/panels/data_text.h"

#include <QComboBox>
#include <QFileDialog>
#include <QGridLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QSpinBox>
#include <QToolButton>
#include <QVBoxLayout>

#include <limits>

namespace annscope::ui {

QString vectorFileFilter() {
    return OpenPanel::tr(
               "Vectors (*.hdf5 *.h5 *.fvecs *.bvecs *.ivecs *.fbin *.u8bin *.i8bin *.bin *.npy *.csv *.tsv "
               "*.txt)") +
           QStringLiteral(";;") + OpenPanel::tr("All files (*)");
}

OpenPanel::OpenPanel(QWidget* parent)
    : QWidget(parent, Qt::Window | Qt::Dialog), m_metric(new QComboBox(this)), m_rows(new QSpinBox(this)),
      m_holdOut(new QSpinBox(this)), m_open(new QPushButton(tr("Open"), this)) {
    setWindowTitle(tr("Open vectors"));
    auto* grid = new QGridLayout;
    grid->setHorizontalSpacing(12);
    grid->setVerticalSpacing(8);
    grid->setColumnStretch(1, 1);
    m_base =
        addFile(grid, tr("&Base"), tr("required"),
                tr("The vectors to search: a file, a folder of npy files, or file.hdf5:/group/name"), true);
    m_queries = addFile(grid, tr("&Queries"), tr("from the base file, else held out of it"),
                        tr("The vectors to search for"), false);
    m_truth = addFile(grid, tr("&Truth"), tr("from the base file, else computed exactly"),
                      tr("The true neighbours of each query: ivecs, npy, or DiskANN's .bin"), false);

    m_metric->addItem(tr("as the file says, else L2"), -1);
    for (const Metric metric : {Metric::L2, Metric::InnerProduct, Metric::Cosine})
        m_metric->addItem(metricText(metric), static_cast<int>(metric));
    m_rows->setRange(0, std::numeric_limits<int>::max());
    m_rows->setSingleStep(10000);
    m_rows->setGroupSeparatorShown(true);
    m_rows->setSpecialValueText(tr("all"));
    m_rows->setToolTip(tr("Only the first rows of the base. A truth from a file is then not used."));
    m_holdOut->setRange(1, 1'000'000);
    m_holdOut->setValue(1000);
    m_holdOut->setGroupSeparatorShown(true);
    m_holdOut->setToolTip(tr("Where there are no queries: how many vectors to take out of the base for that "
                             "(seeded; a tenth at most)"));
    const auto addRow = [&](const QString& name, QWidget* field) {
        const int row = grid->rowCount();
        auto* label = new QLabel(name, this);
        label->setBuddy(field);
        grid->addWidget(label, row, 0);
        grid->addWidget(field, row, 1, Qt::AlignLeft);
    };
    addRow(tr("&Metric"), m_metric);
    addRow(tr("&Rows"), m_rows);
    addRow(tr("&Hold out"), m_holdOut);

    auto* close = new QPushButton(tr("Close"), this);
    m_open->setProperty("primary", true);
    m_open->setDefault(true);
    m_open->setEnabled(false);
    auto* buttons = new QHBoxLayout;
    buttons->addStretch();
    buttons->addWidget(close);
    buttons->addWidget(m_open);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(16, 16, 16, 16);
    layout->setSpacing(16);
    layout->addLayout(grid);
    layout->addLayout(buttons);
    resize(560, sizeHint().height());

    connect(m_base, &QLineEdit::textChanged, this,
            [this](const QString& text) { m_open->setEnabled(!text.trimmed().isEmpty()); });
    connect(close, &QPushButton::clicked, this, &QWidget::hide);
    connect(m_open, &QPushButton::clicked, this, [this] {
        hide();
        emit openRequested(options());
    });
}

QLineEdit* OpenPanel::addFile(QGridLayout* grid, const QString& name, const QString& placeholder,
                              const QString& help, bool folders) {
    const int row = grid->rowCount();
    auto* field = new QLineEdit(this);
    field->setPlaceholderText(placeholder);
    field->setToolTip(help);
    auto* label = new QLabel(name, this);
    label->setBuddy(field);
    auto* choose = new QToolButton(this);
    choose->setIcon(icon(QStringLiteral("open")));
    choose->setToolTip(tr("Choose a file"));
    grid->addWidget(label, row, 0);
    grid->addWidget(field, row, 1);
    grid->addWidget(choose, row, 2);
    connect(choose, &QToolButton::clicked, this, [this, field] { chooseFile(field); });
    if (folders) {
        auto* folder = new QPushButton(tr("Folder…"), this);
        folder->setToolTip(
            tr("Choose a folder of npy files, which are put together in the order of their names"));
        grid->addWidget(folder, row, 3);
        connect(folder, &QPushButton::clicked, this, [this, field] {
            const QString path =
                QFileDialog::getExistingDirectory(this, tr("Folder of npy files"), field->text());
            if (!path.isEmpty())
                field->setText(path);
        });
    }
    return field;
}

void OpenPanel::chooseFile(QLineEdit* field) {
    const QString path = QFileDialog::getOpenFileName(this, tr("Vectors"), field->text(), vectorFileFilter());
    if (!path.isEmpty())
        field->setText(path);
}

void OpenPanel::setBase(const QString& path) {
    m_base->setText(path);
}

OpenOptions OpenPanel::options() const {
    OpenOptions result;
    result.base = m_base->text().trimmed().toStdString();
    result.queries = m_queries->text().trimmed().toStdString();
    result.truth = m_truth->text().trimmed().toStdString();
    if (const int metric = m_metric->currentData().toInt(); metric >= 0)
        result.metric = static_cast<Metric>(metric);
    result.max_rows = static_cast<std::size_t>(m_rows->value());
    result.hold_out = static_cast<std::size_t>(m_holdOut->value());
    return result;
}

void OpenPanel::keyPressEvent(QKeyEvent* event) {
    if (event->key() == Qt::Key_Escape)
        hide();
    else if ((event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter) && m_open->isEnabled())
        m_open->click();
    else
        QWidget::keyPressEvent(event);
}

} // namespace annscope::ui
