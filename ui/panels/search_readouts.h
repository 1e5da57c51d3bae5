// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tune/operating_point.h"
#include "ui/models/built_index.h"

#include <QWidget>

#include <map>

class QGridLayout;
class QLabel;
class QProgressBar;

namespace annscope::ui {

/// The numbers of one configuration: recall with its interval, speed, latencies, counts, memory by part, and
/// on how many queries they stand.
class SearchReadouts : public QWidget {
    Q_OBJECT
public:
    explicit SearchReadouts(QWidget* parent = nullptr);

    /// total: queries that there are; a point on fewer is shown as preliminary.
    void setPoint(const OperatingPoint& point, double recallMargin, std::size_t total);
    /// Greys the numbers: they belong to other parameters.
    void setStale();
    /// Dashes for all that has to be measured.
    void clear(std::size_t k);
    void setMemory(const BuiltIndexPtr& index);
    QString text(const QString& name) const;

private:
    struct Row {
        QLabel *name, *value, *extra;
    };
    Row& addRow(const QString& key, const QString& label, const QString& help);
    void set(const char* key, const QString& value, const QString& extra = {});
    void setCount(const char* key, std::uint64_t sum, const OperatingPoint& point);

    QGridLayout* m_grid;
    std::map<QString, Row> m_rows;
    QLabel* m_memory;
    QLabel* m_status;
    QProgressBar* m_bar;
};

} // namespace annscope::ui
