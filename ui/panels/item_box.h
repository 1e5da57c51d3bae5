// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/models/item_store.h"

#include <QPointer>
#include <QWidget>

class QGridLayout;
class QLabel;
class QLineEdit;
class QMenu;
class QToolButton;

namespace annscope::ui {

class ElidedLabel;

/// What the rows of the current data set stand for, and the file of their labels: shows what is chosen, lets
/// a person choose, and takes a folder or a file that is dropped on it.
class ItemBox : public QWidget {
    Q_OBJECT
public:
    explicit ItemBox(QWidget* parent = nullptr);

    void setStore(ItemStore* store);
    void setDataset(const DatasetPtr& dataset);

    QToolButton* itemsButton() const { return m_items.button; }
    QToolButton* labelsButton() const { return m_labels.button; }
    QLineEdit* shapeField() const { return m_shape; }
    QString itemsText() const;
    QString labelsText() const;
    QString problem() const;

protected:
    void dragEnterEvent(QDragEnterEvent* event) override;
    void dropEvent(QDropEvent* event) override;
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    struct Line {
        ElidedLabel* text;
        QToolButton* button;
        QMenu* menu;
    };
    Line addLine(QGridLayout* grid, const QString& name, const QString& help, const char* buttonName);
    void fillItemsMenu();
    void fillLabelsMenu();
    void chooseItemsFile();
    void chooseItemsFolder();
    void chooseLabelsFile();
    void askShape();
    void takeShape();
    void refresh();

    QPointer<ItemStore> m_store;
    DatasetPtr m_dataset;
    Line m_items{}, m_labels{};
    QLineEdit* m_shape;
    QLabel* m_problem;
};

} // namespace annscope::ui
