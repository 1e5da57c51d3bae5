// SPDX-License-Identifier: GPL-3.0-or-later
// The widgets of the alpha laboratory, how they are laid out, its keys and its picture.
#include "ui/common/elided_label.h"
#include "ui/common/flow_layout.h"
#include "ui/common/format.h"
#include "ui/common/icons.h"
#include "ui/common/palette.h"
#include "ui/common/step_player.h"
#include "ui/common/theme.h"
#include "ui/panels/alpha_lab.h"
#include "ui/panels/alpha_side.h"
#include "ui/panels/prune_page.h"
#include "ui/views/alpha_canvas.h"
#include "ui/views/length_scale.h"
#include "ui/views/paint_text.h"

#include <QComboBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QMenu>
#include <QPainter>
#include <QShortcut>
#include <QSpinBox>
#include <QStackedWidget>
#include <QTableView>
#include <QToolButton>
#include <QUndoStack>

#include <algorithm>

namespace annscope::ui {

namespace {

constexpr int kNarrow = 660;                                         ///< px
constexpr int kLeastPrune = 78, kMostPrune = 260, kCanvasShare = 68; ///< px, px, percent of the height
constexpr double kCaption = 24;                                      ///< px, on the picture

} // namespace

void AlphaLab::createWidgets() {
    m_prune = new PrunePage(this);
    m_pages = new QStackedWidget(this);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 4, 0, 0);
    layout->setSpacing(4);
    layout->addWidget(createTools());
    layout->addWidget(createSides(), 1);
    m_pages->addWidget(createBuildPage());
    m_pages->addWidget(m_prune);
    layout->addWidget(m_pages);
    listenToKeys();
}

QToolButton* AlphaLab::addTool(const QString& iconName, const QString& name, const QString& tip) {
    auto* button = new QToolButton(this);
    button->setObjectName(QStringLiteral("alpha-") + iconName);
    button->setIcon(icon(iconName));
    button->setAutoRaise(true);
    button->setAccessibleName(name);
    button->setToolTip(tip);
    return button;
}

QWidget* AlphaLab::createTools() {
    m_preset = new QComboBox(this);
    m_preset->addItems(
        {tr("Uniform"), tr("Clusters"), tr("Ring"), tr("Spiral"), tr("Grid"), tr("Empty"), tr("Open data")});
    m_preset->setAccessibleName(tr("Points"));
    m_preset->setToolTip(tr("Where the points come from"));
    m_preset->setMaximumWidth(190);
    m_count = new QSpinBox(this);
    m_count->setRange(1, static_cast<int>(AlphaPoints::kMost));
    m_count->setKeyboardTracking(false);
    m_count->setGroupSeparatorShown(true);
    m_count->setSingleStep(50);
    m_count->setSuffix(tr(" points"));
    m_count->setAccessibleName(tr("Number of points"));
    m_count->setToolTip(tr("Number of points, 1 to %1").arg(formatCount(AlphaPoints::kMost)));
    m_again = addTool(QStringLiteral("refresh"), tr("Draw again"), tr("Draw other points of the same kind"));
    m_add = addTool(QStringLiteral("add"), tr("Add points"),
                    tr("Each click on the plane adds a point. Without this a double click does."));
    m_add->setCheckable(true);
    m_remove =
        addTool(QStringLiteral("trash"), tr("Delete the point"), tr("Delete the selected point (Del)"));
    m_zoom = addTool(QStringLiteral("search"), tr("Zoom to the candidates"),
                     tr("Zoom to the candidates of the pruning (Z)"));
    m_fit = addTool(QStringLiteral("fit"), tr("Fit to window"), tr("Show all points (0)"));
    m_image = addTool(QStringLiteral("image"), tr("Picture"), tr("Copy or save both sides as a picture"));
    auto* menu = new QMenu(m_image);
    addPictureActions(*menu, this, [this] { return picture(); });
    m_image->setMenu(menu);
    m_image->setPopupMode(QToolButton::InstantPopup);
    m_searchWidth = new QSpinBox(this);
    m_searchWidth->setRange(1, 200);
    m_searchWidth->setValue(1);
    m_searchWidth->setPrefix(QStringLiteral("L "));
    m_searchWidth->setAccessibleName(tr("Width of the search list"));
    m_searchWidth->setToolTip(
        tr("L: width of the list of the search for the red cross, 1 to 200. With 1 it walks "
           "greedily and may end too early. Drag the cross to move the query."));

    auto* bar = new QWidget(this);
    auto* flow = new FlowLayout(bar, 4);
    for (QWidget* widget : std::initializer_list<QWidget*>{m_preset, m_count, m_again, m_add, m_remove})
        flow->addWidget(widget);
    const std::pair<QAction*, const char*> edits[] = {{m_undo->createUndoAction(this), "undo"},
                                                      {m_undo->createRedoAction(this), "redo"}};
    for (const auto& [action, name] : edits) {
        action->setIcon(icon(QLatin1String(name)));
        auto* button = addTool(QLatin1String(name), action->text(), {});
        button->setDefaultAction(action);
        button->setToolButtonStyle(Qt::ToolButtonIconOnly);
        flow->addWidget(button);
    }
    for (QWidget* widget : std::initializer_list<QWidget*>{m_searchWidth, m_zoom, m_fit, m_image})
        flow->addWidget(widget);
    bar->setContentsMargins(8, 0, 8, 0);
    connect(m_preset, &QComboBox::activated, this, &AlphaLab::drawPoints);
    connect(m_count, &QSpinBox::valueChanged, this, &AlphaLab::drawPoints);
    connect(m_again, &QToolButton::clicked, this, [this] {
        ++m_seed;
        drawPoints();
    });
    connect(m_add, &QToolButton::toggled, this, [this](bool on) {
        for (AlphaSide* side : m_sides)
            side->canvas()->setAdding(on);
    });
    connect(m_remove, &QToolButton::clicked, this, &AlphaLab::deleteSelected);
    connect(m_zoom, &QToolButton::clicked, this, &AlphaLab::zoomToCandidates);
    connect(m_fit, &QToolButton::clicked, this, &AlphaLab::fitAll);
    connect(m_searchWidth, &QSpinBox::valueChanged, this, &AlphaLab::requestPaths);
    return bar;
}

QWidget* AlphaLab::createSides() {
    auto* box = new QWidget(this);
    auto* row = new QHBoxLayout(box);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(0);
    m_sides[0] = new AlphaSide(&m_points, tr("Left"), box);
    m_sides[1] = new AlphaSide(&m_points, tr("Right"), box);
    m_sides[0]->canvas()->setObjectName(QStringLiteral("alphaLeft"));
    m_sides[1]->canvas()->setObjectName(QStringLiteral("alphaRight"));
    m_scale = new LengthScale(box);
    row->addWidget(m_sides[0], 1);
    row->addWidget(m_scale);
    row->addWidget(m_sides[1], 1);
    return box;
}

QWidget* AlphaLab::createBuildPage() {
    auto* page = new QWidget(this);
    m_player = new StepPlayer(tr("Batches of the build"), page);
    m_player->setObjectName(QStringLiteral("buildPlayer"));
    m_frameText = new ElidedLabel(page);
    m_frameText->setObjectName(QStringLiteral("alphaFrame"));
    m_frameText->setForegroundRole(QPalette::PlaceholderText);
    auto* layout = new QVBoxLayout(page);
    layout->setContentsMargins(8, 0, 8, 6);
    layout->setSpacing(2);
    layout->addWidget(m_player);
    layout->addWidget(m_frameText);
    return page;
}

void AlphaLab::listenToKeys() {
    const auto listen = [this](QWidget* widget, Qt::Key key, auto act) {
        const auto context = widget == this ? Qt::WidgetWithChildrenShortcut : Qt::WidgetShortcut;
        auto* shortcut = new QShortcut(key, widget, nullptr, nullptr, context);
        connect(shortcut, &QShortcut::activated, this, act);
    };
    // Fields and buttons keep these keys for themselves.
    for (const AlphaSide* side : m_sides) {
        AlphaCanvas* canvas = side->canvas();
        listen(canvas, Qt::Key_Space, [this] { activePlayer()->togglePlaying(); });
        listen(canvas, Qt::Key_Left, [this] { activePlayer()->stepBack(); });
        listen(canvas, Qt::Key_Right, [this] { activePlayer()->stepForward(); });
        listen(canvas, Qt::Key_Home, [this] { activePlayer()->toStart(); });
        listen(canvas, Qt::Key_End, [this] { activePlayer()->toEnd(); });
    }
    for (StepPlayer* player : {m_player, m_prune->player()})
        listen(player->slider(), Qt::Key_Space, [player] { player->togglePlaying(); });
    for (const std::size_t s : {0, 1})
        listen(m_prune->table(s), Qt::Key_Space, [this] { m_prune->player()->togglePlaying(); });
    listen(this, Qt::Key_Z, [this] { zoomToCandidates(); });
    listen(this, Qt::Key_Escape, [this] {
        m_add->setChecked(false);
        select(-1);
    });
    setFocusProxy(m_sides[0]->canvas());
}

/// The page below takes what its content needs: a line for the build, a table for a pruning.
void AlphaLab::fitHeights() {
    const bool pruning = m_pages->currentIndex() == 1;
    for (AlphaSide* side : m_sides)
        side->setNumbersShown(!pruning);
    m_prune->setGap(m_scale->sizeHint().width());
    m_pages->setFixedHeight(pruning
                                ? std::clamp(height() * (100 - kCanvasShare) / 100, kLeastPrune, kMostPrune)
                                : m_pages->widget(0)->sizeHint().height());
}

void AlphaLab::resizeEvent(QResizeEvent*) {
    m_scale->setHistograms(width() >= kNarrow);
    fitHeights();
}

TitledPicture AlphaLab::picture() {
    const QSize canvas = m_sides[0]->canvas()->size(), right = m_sides[1]->canvas()->size();
    const int width = canvas.width() + m_scale->width() + right.width();
    TitledPicture picture{tr("Vamana graphs of the same points with two settings"),
                          tr("%1 points; edges coloured by length").arg(formatCount(m_points.size())),
                          QStringLiteral("alpha"),
                          QSize(width, canvas.height() + static_cast<int>(2 * kCaption)),
                          {}};
    picture.paint = [this](QPainter& painter, const QRectF& area) { paintPicture(painter, area); };
    return picture;
}

void AlphaLab::paintPicture(QPainter& painter, const QRectF& area) {
    double x = area.left();
    const double height = area.height() - 2 * kCaption;
    for (std::size_t s = 0; s < 2; ++s) {
        AlphaSide* side = m_sides[s];
        const double width = side->canvas()->width();
        const QRectF box(x, area.top() + kCaption, width, height);
        const AlphaSettings settings = side->settings();
        painter.save();
        painter.setClipRect(box);
        side->canvas()->picture().paint(painter, box);
        painter.restore();
        setTextSize(painter, kText, true);
        painter.setPen(ui::palette().text);
        painter.drawText(QRectF(x + 12, area.top(), width - 12, kCaption), Qt::AlignLeft | Qt::AlignVCenter,
                         tr("alpha %1, R %2, Lbuild %3")
                             .arg(formatParameter(settings.alpha))
                             .arg(settings.degree)
                             .arg(settings.width));
        setTextSize(painter, kSmallText);
        painter.setPen(ui::palette().secondary);
        painter.drawText(
            QRectF(x + 12, box.bottom(), width - 12, kCaption), Qt::AlignLeft | Qt::AlignVCenter,
            painter.fontMetrics().elidedText(side->summary(), Qt::ElideRight, static_cast<int>(width) - 12));
        x += width;
        if (s == 0) {
            m_scale->paint(painter, {x, box.top(), double(m_scale->width()), height});
            x += m_scale->width();
        }
    }
}

} // namespace annscope::ui
