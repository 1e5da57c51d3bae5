// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/models/alpha_build.h"

#include <QWidget>

#include <array>

class QDoubleSpinBox;
class QLabel;
class QSpinBox;

namespace annscope::ui {

class AlphaCanvas;
class AlphaPoints;
class ElidedLabel;

/// One side of the alpha laboratory: its settings, its picture and what its graph is like.
class AlphaSide : public QWidget {
    Q_OBJECT
public:
    enum Number { Degree, Hops, Distances, Unreachable, Length, NumberCount };

    AlphaSide(const AlphaPoints* points, const QString& name, QWidget* parent = nullptr);

    AlphaSettings settings() const;
    void setSettings(const AlphaSettings& settings);
    /// null: nothing yet. Numbers of a moment, or of the finished graph.
    void showNumbers(const AlphaBuildPtr& build, std::size_t frame);
    /// What the query met; null: no query.
    void showPath(const AlphaPathPtr& path);

    AlphaCanvas* canvas() const noexcept { return m_canvas; }
    QDoubleSpinBox* alphaField() const noexcept { return m_alpha; }
    QSpinBox* degreeField() const noexcept { return m_degree; }
    QSpinBox* widthField() const noexcept { return m_width; }
    QString text(Number number) const;
    QString pathText() const;
    /// Numbers below the picture, or all the room for it.
    void setNumbersShown(bool shown);
    /// Everything in one line, for pictures.
    QString summary() const;

signals:
    void settingsChanged();

private:
    QWidget* createSettings();
    QWidget* createNumbers();
    void show(Number number, const QString& value, const QString& help);

    QString m_name;
    QDoubleSpinBox* m_alpha;
    QSpinBox *m_degree, *m_width;
    AlphaCanvas* m_canvas;
    struct Tile {
        QLabel *value = nullptr, *name = nullptr;
    };
    std::array<Tile, NumberCount> m_tiles{};
    QWidget* m_numbers = nullptr;
    ElidedLabel* m_path;
};

} // namespace annscope::ui
