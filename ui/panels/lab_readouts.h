// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/models/study.h"

#include <QWidget>

#include <array>

class QLabel;

namespace annscope::ui {

/// What a code costs in a line of large numbers: bytes, compression, distortion, recall, k_factor.
class LabReadouts : public QWidget {
    Q_OBJECT
public:
    enum Number { Bytes, Compression, Distortion, Before, After, Factor, NumberCount };

    explicit LabReadouts(QWidget* parent = nullptr);

    /// null: nothing is known.
    void setStudy(const StudyPtr& study, double factor);
    QString text(Number number) const;

private:
    struct Tile {
        QLabel *value = nullptr, *name = nullptr;
    };
    void show(Number number, const QString& value, const QString& help);
    std::array<Tile, NumberCount> m_tiles;
};

} // namespace annscope::ui
