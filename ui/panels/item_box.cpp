// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/item_box.h"

#include "ui/common/elided_label.h"

#include <QDragEnterEvent>
#include <QFileDialog>
#include <QFileInfo>
#include <QGridLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QMimeData>
#include <QRegularExpression>
#include <QToolButton>
#include <QUrl>
#include <QVBoxLayout>

namespace annscope::ui {
namespace {

/// Files whose names say so are labels; "labels.npy", "train-labels-idx1-ubyte.gz".
bool looksLikeLabels(const QString& path) {
    static const QRegularExpression words(QStringLiteral("label|class|target|idx1|(^|[^a-z])y([^a-z]|$)"),
                                          QRegularExpression::CaseInsensitiveOption);
    const QFileInfo info(path);
    return !info.isDir() && words.match(info.completeBaseName()).hasMatch();
}

} // namespace

ItemBox::ItemBox(QWidget* parent)
    : QWidget(parent), m_shape(new QLineEdit(this)), m_problem(new QLabel(this)) {
    setObjectName(QStringLiteral("itemBox"));
    setAcceptDrops(true);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(4);
    auto* grid = new QGridLayout;
    grid->setColumnStretch(1, 1);
    grid->setHorizontalSpacing(12);
    grid->setVerticalSpacing(4);
    layout->addLayout(grid);
    m_items = addLine(grid, tr("items"),
                      tr("What each row stands for: shown beside the pointer wherever a row is. A folder of "
                         "pictures, a list of paths or texts in row order, pictures in idx, npy or HDF5, or "
                         "the rows themselves. A folder or a file can be dropped here."),
                      "itemsButton");
    m_labels = addLine(grid, tr("labels"),
                       tr("The class of each row, for colours on the map: an idx1 file, integers in npy or "
                          "HDF5, or a text with one label a line. A file can be dropped here."),
                       "labelsButton");
    connect(m_items.menu, &QMenu::aboutToShow, this, &ItemBox::fillItemsMenu);
    connect(m_labels.menu, &QMenu::aboutToShow, this, &ItemBox::fillLabelsMenu);

    m_shape->setObjectName(QStringLiteral("pixelShape"));
    m_shape->setPlaceholderText(tr("width x height (x 3)"));
    m_shape->setToolTip(tr("How the values of a row lie in a picture: 28 x 28 is grey, 32 x 32 x 3 has red, "
                           "green and blue side by side, 3 x 32 x 32 has three planes. Return applies it, "
                           "Escape leaves it."));
    m_shape->setAccessibleName(tr("Size of the pictures"));
    m_shape->installEventFilter(this);
    m_shape->hide();
    layout->addWidget(m_shape);
    connect(m_shape, &QLineEdit::returnPressed, this, &ItemBox::takeShape);

    m_problem->setObjectName(QStringLiteral("itemProblem"));
    m_problem->setWordWrap(true);
    m_problem->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_problem->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    m_problem->hide();
    layout->addWidget(m_problem);
}

ItemBox::Line ItemBox::addLine(QGridLayout* grid, const QString& name, const QString& help,
                               const char* buttonName) {
    const int row = grid->rowCount();
    auto* title = new QLabel(name, this);
    title->setForegroundRole(QPalette::PlaceholderText);
    Line line{new ElidedLabel(this), new QToolButton(this), nullptr};
    line.text->setToolTip(help);
    line.button->setObjectName(QLatin1String(buttonName));
    line.button->setText(QStringLiteral("…"));
    line.button->setToolTip(help);
    line.button->setAccessibleName(tr("Choose %1").arg(name));
    line.button->setPopupMode(QToolButton::InstantPopup);
    line.menu = new QMenu(line.button);
    line.button->setMenu(line.menu);
    grid->addWidget(title, row, 0);
    grid->addWidget(line.text, row, 1);
    grid->addWidget(line.button, row, 2);
    return line;
}

void ItemBox::setStore(ItemStore* store) {
    m_store = store;
    connect(store, &ItemStore::changed, this, &ItemBox::refresh);
    refresh();
}

void ItemBox::setDataset(const DatasetPtr& dataset) {
    if (dataset != m_dataset)
        m_shape->hide();
    m_dataset = dataset;
    if (m_store && dataset)
        m_store->meet(dataset);
    refresh();
}

void ItemBox::fillItemsMenu() {
    QMenu& menu = *m_items.menu;
    menu.clear();
    if (!m_store || !m_dataset)
        return;
    menu.addAction(tr("A list or pictures in one file…"), this, &ItemBox::chooseItemsFile);
    menu.addAction(tr("A folder of pictures…"), this, &ItemBox::chooseItemsFolder);
    menu.addSeparator();
    for (const PixelShape& shape : square_shapes(m_dataset->dim()))
        menu.addAction(tr("The rows are pictures: %1").arg(QString::fromStdString(to_string(shape))), this,
                       [this, shape] { m_store->showRowsAs(m_dataset, shape); });
    menu.addAction(tr("The rows are pictures of another size…"), this, &ItemBox::askShape);
    if (m_store->hasItems(m_dataset)) {
        menu.addSeparator();
        menu.addAction(tr("None"), this, [this] { m_store->removeItems(m_dataset); });
    }
}

void ItemBox::fillLabelsMenu() {
    QMenu& menu = *m_labels.menu;
    menu.clear();
    if (!m_store || !m_dataset)
        return;
    menu.addAction(tr("A file of labels…"), this, &ItemBox::chooseLabelsFile);
    if (m_store->labels(m_dataset))
        menu.addAction(tr("None"), this, [this] { m_store->removeLabels(m_dataset); });
}

void ItemBox::chooseItemsFile() {
    const QString path = QFileDialog::getOpenFileName(this, tr("Items in the order of the rows"));
    if (!path.isEmpty())
        m_store->openItems(m_dataset, path);
}

void ItemBox::chooseItemsFolder() {
    const QString path = QFileDialog::getExistingDirectory(this, tr("A folder with a picture for each row"));
    if (!path.isEmpty())
        m_store->openItems(m_dataset, path);
}

void ItemBox::chooseLabelsFile() {
    const QString path = QFileDialog::getOpenFileName(this, tr("Labels in the order of the rows"));
    if (!path.isEmpty())
        m_store->openLabels(m_dataset, path);
}

/// Escape in the field of the size leaves it.
bool ItemBox::eventFilter(QObject* watched, QEvent* event) {
    if (event->type() == QEvent::KeyPress && static_cast<QKeyEvent*>(event)->key() == Qt::Key_Escape) {
        m_shape->hide();
        refresh();
        return true;
    }
    return QWidget::eventFilter(watched, event);
}

void ItemBox::askShape() {
    m_shape->show();
    m_shape->setFocus();
}

void ItemBox::takeShape() {
    const auto shape = parse_pixel_shape(m_shape->text().toStdString());
    if (shape && m_dataset && m_store) {
        m_store->showRowsAs(m_dataset, *shape);
        if (m_store->items(m_dataset).problem.isEmpty())
            m_shape->hide();
        return;
    }
    m_problem->setText(
        tr("\"%1\" is not a size. Write width x height, as in 28 x 28, or 32 x 32 x 3 for colour.")
            .arg(m_shape->text()));
    m_problem->show();
}

void ItemBox::refresh() {
    if (!m_store || !m_dataset)
        return;
    const ItemStore::Choice items = m_store->items(m_dataset), labels = m_store->labelFile(m_dataset);
    const auto textOf = [](const ItemStore::Choice& choice) {
        return choice.busy ? tr("reading") : choice.description.isEmpty() ? tr("none") : choice.description;
    };
    m_items.text->setText(textOf(items));
    m_labels.text->setText(textOf(labels));
    QStringList sentences;
    for (const QString& text : {items.problem, items.warning, labels.problem, labels.warning})
        if (!text.isEmpty())
            sentences << QStringLiteral("⚠ ") + text;
    m_problem->setText(sentences.join(QLatin1Char('\n')));
    m_problem->setVisible(!sentences.isEmpty());
}

void ItemBox::dragEnterEvent(QDragEnterEvent* event) {
    const auto urls = event->mimeData()->urls();
    if (m_store && m_dataset && urls.size() == 1 && urls.front().isLocalFile())
        event->acceptProposedAction();
}

void ItemBox::dropEvent(QDropEvent* event) {
    const QString path = event->mimeData()->urls().front().toLocalFile();
    event->acceptProposedAction();
    const bool onLabels = event->position().y() >= m_labels.button->y() &&
                          event->position().y() <= m_labels.button->geometry().bottom();
    if (onLabels || looksLikeLabels(path))
        m_store->openLabels(m_dataset, path);
    else
        m_store->openItems(m_dataset, path);
}

QString ItemBox::itemsText() const {
    return m_items.text->text();
}

QString ItemBox::labelsText() const {
    return m_labels.text->text();
}

QString ItemBox::problem() const {
    return m_problem->isHidden() ? QString() : m_problem->text();
}

} // namespace annscope::ui
