// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/compress_dialog.h"

#include "ui/common/format.h"
#include "ui/common/icons.h"
#include "ui/common/palette.h"
#include "ui/common/theme.h"

#include <QCheckBox>
#include <QDir>
#include <QFileDialog>
#include <QFileInfo>
#include <QGridLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QRegularExpression>
#include <QSpinBox>
#include <QToolButton>
#include <QVBoxLayout>

#include <algorithm>
#include <limits>

namespace annscope::ui {
namespace {

constexpr std::size_t kShare = 100, kFewest = 100; // of the vectors, one in so many stays; but at least

/// One in a hundred, as a number that reads well: 1, 2 or 5 and zeros.
std::size_t usualCount(std::size_t vectors) {
    const std::size_t wanted = std::max(vectors / kShare, kFewest);
    std::size_t best = 1;
    for (std::size_t power = 1; power <= wanted; power *= 10)
        for (const std::size_t digit : {1, 2, 5})
            if (digit * power <= wanted)
                best = digit * power;
    return std::clamp<std::size_t>(best, 1, vectors);
}

QLabel* noteLabel(QWidget* parent) {
    auto* label = new QLabel(parent);
    label->setWordWrap(true);
    label->setForegroundRole(QPalette::PlaceholderText);
    return label;
}

/// The file that a data set came from: its source without a group within it.
QFileInfo sourceFile(const Dataset& dataset) {
    const QString source = QString::fromStdString(dataset.source);
    return QFileInfo(QFileInfo::exists(source) ? source : source.section(QStringLiteral(":/"), 0, 0));
}

} // namespace

CompressDialog::CompressDialog(QWidget* parent)
    : QWidget(parent, Qt::Window | Qt::Dialog), m_intro(new QLabel(this)), m_countNote(noteLabel(this)),
      m_fileNote(noteLabel(this)), m_alsoNote(noteLabel(this)), m_count(new QSpinBox(this)),
      m_file(new QLineEdit(this)), m_weights(new QCheckBox(tr("&Weights"), this)),
      m_assignment(new QCheckBox(tr("&Assignment"), this)),
      m_compress(new QPushButton(tr("Compress"), this)) {
    setWindowTitle(tr("Compress data set"));
    createFields();
    arrange();
    connect(m_count, &QSpinBox::valueChanged, this, [this] {
        proposeFile();
        showState();
    });
    connect(m_file, &QLineEdit::textEdited, this, [this] { m_ownName = true; });
    connect(m_file, &QLineEdit::textChanged, this, &CompressDialog::showState);
    connect(m_weights, &QCheckBox::toggled, this, &CompressDialog::showState);
    connect(m_assignment, &QCheckBox::toggled, this, &CompressDialog::showState);
    connect(&ThemeNotifier::instance(), &ThemeNotifier::changed, this, &CompressDialog::showState);
    connect(m_compress, &QPushButton::clicked, this, [this] {
        showState(); // the folder may have gone meanwhile
        if (!m_compress->isEnabled())
            return;
        hide();
        emit compressRequested(m_dataset, options(), files());
    });
}

void CompressDialog::createFields() {
    m_intro->setWordWrap(true);
    m_count->setGroupSeparatorShown(true);
    m_count->setAccelerated(true);
    m_count->setAccessibleName(tr("Centroids"));
    m_file->setPlaceholderText(tr("required: .hdf5, .fvecs or .npy"));
    m_file->setAccessibleName(tr("File of the centroids"));
    m_file->setToolTip(tr("The file of the centroids. HDF5 also takes the queries and the metric along; "
                          "fvecs and npy hold the centroids alone."));
    m_fileNote->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_weights->setToolTip(
        tr("For each centroid, how many vectors it stands for: a file .npy of int64, beside the centroids"));
    m_assignment->setToolTip(
        tr("For each vector, the number of its centroid: a file .npy of int64, beside the centroids"));
    m_compress->setProperty("primary", true);
    m_compress->setDefault(true);
}

void CompressDialog::arrange() {
    auto* grid = new QGridLayout;
    grid->setHorizontalSpacing(12);
    grid->setVerticalSpacing(4);
    grid->setColumnStretch(1, 1);
    const auto addRow = [&](const QString& name, QWidget* buddy, QLayout* field, QLabel* note) {
        int row = grid->rowCount();
        if (row > 1)
            grid->setRowMinimumHeight(row++, 8);
        auto* label = new QLabel(name, this);
        label->setBuddy(buddy);
        grid->addWidget(label, row, 0);
        grid->addLayout(field, row, 1);
        grid->addWidget(note, row + 1, 1);
    };
    auto* choose = new QToolButton(this);
    choose->setIcon(icon(QStringLiteral("open")));
    choose->setToolTip(tr("Choose where the file goes"));
    connect(choose, &QToolButton::clicked, this, &CompressDialog::chooseFile);
    auto *count = new QHBoxLayout, *file = new QHBoxLayout, *also = new QHBoxLayout;
    count->addWidget(m_count);
    count->addStretch();
    file->addWidget(m_file, 1);
    file->addWidget(choose);
    also->setSpacing(16);
    also->addWidget(m_weights);
    also->addWidget(m_assignment);
    also->addStretch();
    addRow(tr("&Centroids"), m_count, count, m_countNote);
    addRow(tr("&File"), m_file, file, m_fileNote);
    addRow(tr("Also write"), nullptr, also, m_alsoNote);

    auto* close = new QPushButton(tr("Close"), this);
    connect(close, &QPushButton::clicked, this, &QWidget::hide);
    auto* buttons = new QHBoxLayout;
    buttons->addStretch();
    buttons->addWidget(close);
    buttons->addWidget(m_compress);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(16, 16, 16, 16);
    layout->setSpacing(16);
    layout->addWidget(m_intro);
    layout->addLayout(grid);
    layout->addStretch();
    layout->addLayout(buttons);
    resize(560, 332);
}

void CompressDialog::setDataset(const DatasetPtr& dataset, const QString& folder) {
    m_folder = folder.isEmpty() ? QDir::homePath() : folder;
    if (!dataset)
        hide();
    const bool another = dataset != m_dataset;
    m_dataset = dataset;
    if (!dataset || !another)
        return showState();
    const std::size_t vectors = dataset->base.size();
    m_intro->setText(tr("Writes a smaller data set to a file: centroids that stand for the %1 vectors of %2, "
                        "found by mini-batch k-means. The open data set stays as it is.")
                         .arg(formatCount(vectors), QString::fromStdString(dataset->name)));
    m_count->setRange(1, static_cast<int>(std::min<std::size_t>(vectors, std::numeric_limits<int>::max())));
    m_count->setSingleStep(static_cast<int>(std::max<std::size_t>(1, usualCount(vectors) / 10)));
    m_count->setToolTip(tr("Vectors that stay, 1 to %1. More: less is lost; the file is larger and takes "
                           "longer to make.")
                            .arg(formatCount(vectors)));
    m_ownName = false;
    m_count->setValue(static_cast<int>(usualCount(vectors)));
    proposeFile();
    showState();
}

void CompressDialog::proposeFile() {
    if (m_ownName || !m_dataset)
        return;
    static const QRegularExpression unfit(QStringLiteral("[^\\w.-]+"));
    const QString name = QString::fromStdString(m_dataset->name).replace(unfit, QStringLiteral("-"));
    m_file->setText(QDir(m_folder).filePath(QStringLiteral("%1-%2.hdf5").arg(name).arg(m_count->value())));
}

void CompressDialog::chooseFile() {
    const QString path = QFileDialog::getSaveFileName(
        this, tr("File of the centroids"), absolutePath(),
        tr("HDF5 with the queries (*.hdf5 *.h5)") + QStringLiteral(";;") + tr("fvecs (*.fvecs)") +
            QStringLiteral(";;") + tr("NumPy (*.npy)"),
        nullptr, QFileDialog::DontConfirmOverwrite); // the note beside the field tells
    if (path.isEmpty())
        return;
    m_ownName = true;
    m_file->setText(path);
}

QString CompressDialog::absolutePath() const {
    const QString text = m_file->text().trimmed();
    return text.isEmpty() ? QString() : QDir::cleanPath(QDir(m_folder).absoluteFilePath(text));
}

/// "/data/small.hdf5" -> "/data/small-weights.npy"
QString CompressDialog::beside(const QString& suffix) const {
    const QFileInfo file(absolutePath());
    return file.dir().filePath(file.completeBaseName() + suffix);
}

CompressOptions CompressDialog::options() const {
    CompressOptions result;
    result.n = static_cast<std::size_t>(m_count->value());
    return result;
}

CompressFiles CompressDialog::files() const {
    CompressFiles result;
    result.centroids = absolutePath().toStdString();
    if (m_weights->isChecked())
        result.weights = beside(QStringLiteral("-weights.npy")).toStdString();
    if (m_assignment->isChecked())
        result.assignment = beside(QStringLiteral("-assignment.npy")).toStdString();
    return result;
}

QString CompressDialog::problem() const {
    const QString path = absolutePath();
    if (path.isEmpty())
        return tr("Name the file to write.");
    const QFileInfo file(path), folder(file.absolutePath());
    static const QStringList known{QStringLiteral("hdf5"), QStringLiteral("h5"), QStringLiteral("fvecs"),
                                   QStringLiteral("npy")};
    if (!known.contains(file.suffix()) || file.completeBaseName().isEmpty())
        return tr("The name must end in .hdf5, .fvecs or .npy, which says how it is written.");
    if (!folder.isDir())
        return tr("There is no folder %1.").arg(folder.filePath());
    if (!folder.isWritable())
        return tr("You may not write to the folder %1.").arg(folder.filePath());
    if (file.isDir())
        return tr("%1 is a folder; name a file.").arg(file.fileName());
    const CompressFiles all = files();
    for (const auto* each : {&all.centroids, &all.weights, &all.assignment}) {
        const QFileInfo info(QString::fromStdString(each->string()));
        if (m_dataset && !each->empty() && info.exists() && info == sourceFile(*m_dataset))
            return tr("%1 is the file of the open data set; choose another name.").arg(info.fileName());
    }
    return {};
}

void CompressDialog::showState() {
    if (!m_dataset)
        return;
    const std::size_t vectors = m_dataset->base.size(), n = options().n, dim = m_dataset->dim();
    m_countNote->setText(tr("%1 float32, %2; each stands for %3 vectors on average")
                             .arg(formatShape(n, dim), formatBytes(n * dim * sizeof(float)),
                                  formatMean(static_cast<double>(vectors) / static_cast<double>(n))));

    const QString fault = problem();
    const QString path = absolutePath();
    QString note = fault;
    if (fault.isEmpty()) {
        const bool hdf5 = path.endsWith(QLatin1String("5"));
        note = !hdf5                        ? tr("The centroids alone.")
               : m_dataset->queries.empty() ? tr("The centroids and the metric.")
                                            : tr("The centroids, the metric and the %1 queries.")
                                                  .arg(formatCount(m_dataset->queries.size()));
        QStringList there;
        const CompressFiles all = files();
        for (const auto* each : {&all.centroids, &all.weights, &all.assignment})
            if (const QFileInfo info(QString::fromStdString(each->string())); !each->empty() && info.exists())
                there << info.fileName();
        if (!there.isEmpty())
            note +=
                QStringLiteral("\n⚠ ") + tr("Will be replaced: %1.").arg(there.join(QStringLiteral(", ")));
    }
    QPalette colors = QWidget::palette();
    colors.setColor(QPalette::PlaceholderText,
                    fault.isEmpty() ? ui::palette().secondary : ui::palette().fault);
    m_fileNote->setPalette(colors);
    m_fileNote->setText(note);

    QStringList also;
    for (const auto& [box, suffix] : {std::pair{m_weights, QStringLiteral("-weights.npy")},
                                      std::pair{m_assignment, QStringLiteral("-assignment.npy")}})
        if (box->isChecked())
            also << QFileInfo(beside(suffix)).fileName();
    m_alsoNote->setText(also.join(QStringLiteral(", ")));
    m_alsoNote->setVisible(!also.isEmpty());
    m_compress->setEnabled(fault.isEmpty());
}

void CompressDialog::keyPressEvent(QKeyEvent* event) {
    if (event->key() == Qt::Key_Escape)
        hide();
    else if ((event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter) && m_compress->isEnabled())
        m_compress->click();
    else
        QWidget::keyPressEvent(event);
}

} // namespace annscope::ui
