// SPDX-License-Identifier: GPL-3.0-or-later
// The laboratory's widgets: how they are laid out, and what their buttons do to the code.
#include "index/kind.h"
#include "spec/describe.h"
#include "ui/common/choice_spin.h"
#include "ui/common/factory_edit.h"
#include "ui/common/flow_layout.h"
#include "ui/models/codes_model.h"
#include "ui/panels/lab_memory.h"
#include "ui/panels/lab_panel.h"
#include "ui/panels/lab_readouts.h"
#include "ui/panels/param_slider.h"
#include "ui/views/distance_density.h"
#include "ui/views/empty_state.h"
#include "ui/views/rerank_curve.h"

#include <QClipboard>
#include <QGridLayout>
#include <QGuiApplication>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QMenu>
#include <QPushButton>
#include <QScrollArea>
#include <QSortFilterProxyModel>
#include <QSplitter>
#include <QStackedWidget>
#include <QTabBar>
#include <QTabWidget>
#include <QTableView>
#include <QToolButton>

namespace annscope::ui {
namespace {

constexpr ParamInfo kFactorInfo{"k_factor",
                                1,
                                CodeStudy::kCutFactors,
                                1,
                                true,
                                true,
                                "Candidates per neighbour that are compared again by the vectors themselves. "
                                "More: better recall, slower."};

constexpr int kRowHeight = 24;
constexpr int kTables = 30 + 26 + 6 * kRowHeight + 6; ///< px: tabs, header and six codes
constexpr int kPictures = 290, kLeastPictures = 200;

double bytesOf(const StudyPtr& study, const SpecNode& root, std::size_t dim) {
    const double bytes = bytes_per_vector(*code_under_study(root).code, {0, dim, ElementType::F32, {}}).code;
    const double whole = double(dim) * 4;
    if (bytes > 0 && bytes < whole)
        return bytes;
    return study && study->code_bytes < whole ? study->code_bytes : double(dim) / 8;
}

} // namespace

void LabPanel::createWidgets() {
    m_pages = new QStackedWidget(this);
    m_empty = new EmptyState(this);
    m_empty->setContent(
        tr("What a code costs"),
        tr("A code such as PQ16 or SQ8 keeps a vector in a few bytes. Here you will see, live as "
           "you change it, what that does to distances and neighbours, and how many candidates "
           "must be compared again to make up for it. Open vectors first."),
        tr("Open vectors…"));
    m_message = new QLabel(this);
    m_message->setObjectName(QStringLiteral("labMessage"));
    m_message->setWordWrap(true);
    m_message->setContentsMargins(12, 0, 12, 0);
    m_state = new QLabel(this);
    m_state->setObjectName(QStringLiteral("labState"));
    m_state->setForegroundRole(QPalette::PlaceholderText);
    m_state->setContentsMargins(8, 0, 12, 0);
    m_readouts = new LabReadouts(this);
    m_factor = new ParamSlider(kFactorInfo, this);

    auto* numbers = new QVBoxLayout;
    numbers->setContentsMargins(12, 0, 12, 0);
    numbers->setSpacing(4);
    numbers->addWidget(m_readouts);
    numbers->addWidget(m_factor);
    auto* split = new QSplitter(Qt::Vertical, this);
    split->addWidget(createPictures());
    split->addWidget(createTables());
    split->setStretchFactor(0, 3);
    split->setStretchFactor(1, 2);
    split->setChildrenCollapsible(false);
    split->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Ignored); // scrolls below its least height only
    split->setMinimumHeight(kLeastPictures + kTables + split->handleWidth());
    split->setSizes({kPictures, kTables}); // in this proportion, whatever there is

    auto* content = new QWidget;
    auto* layout = new QVBoxLayout(content);
    layout->setContentsMargins(0, 8, 0, 0);
    layout->setSpacing(4);
    layout->addWidget(createCodeBar());
    layout->addWidget(m_message);
    layout->addLayout(numbers);
    layout->addWidget(split, 1);
    auto* scroll = new QScrollArea(this);
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setWidgetResizable(true);
    scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    scroll->setFocusPolicy(Qt::NoFocus);
    scroll->setWidget(content);
    m_pages->addWidget(m_empty);
    m_pages->addWidget(scroll);
    auto* outer = new QVBoxLayout(this);
    outer->setContentsMargins(0, 0, 0, 0);
    outer->addWidget(m_pages);
}

QWidget* LabPanel::createCodeBar() {
    auto* bar = new QWidget(this);
    m_line = new FactoryEdit(bar);
    m_line->setObjectName(QStringLiteral("labLine"));
    m_line->setAccessibleName(tr("Code"));
    m_line->setToolTip(
        tr("The code to study: a factory string such as PQ16, IVF64,SQ8 or OPQ16,PQ16x4fs,RFlat. "
           "Ctrl+Space shows what can follow."));
    m_build = new QPushButton(tr("Build this"), bar);
    m_build->setProperty("primary", true);
    m_build->setToolTip(tr("Takes this code to the Build panel, with re-ranking at this k_factor where it is "
                           "above 1"));
    auto* top = new QHBoxLayout;
    top->setSpacing(8);
    top->addWidget(m_line, 1);
    top->addWidget(m_build);

    m_knobRow = new QWidget(bar);
    auto* flow = new FlowLayout(m_knobRow, 6);
    for (int i = 0; i < kLabFamilies; ++i) {
        const auto family = LabFamily(i);
        auto* button = new QToolButton(m_knobRow);
        button->setText(familyName(family));
        button->setToolTip(familyHelp(family));
        button->setCheckable(true);
        connect(button, &QToolButton::clicked, this, [this, family, button] {
            button->setChecked(true); // it shows what the line says
            if (m_dataset && root())
                replaceCode(withFamily(*root(), family, m_dataset->dim(),
                                       bytesOf(m_shown, *root(), m_dataset->dim())));
        });
        m_families[std::size_t(i)] = button;
        flow->addWidget(button);
    }
    m_cells = new QToolButton(m_knobRow);
    m_cells->setText(QStringLiteral("IVF"));
    m_cells->setToolTip(tr("Codes of what is left of a vector without the centroid of its cell"));
    m_cells->setCheckable(true);
    connect(m_cells, &QToolButton::clicked, this, [this](bool on) {
        const auto values = recommend_nlist(m_dataset ? m_dataset->base.size() : 0);
        if (root())
            replaceCode(withCells(*root(), !on              ? 0
                                           : values.empty() ? 64
                                                            : std::uint64_t(values.front().value)));
    });
    flow->addWidget(m_cells);
    for (std::size_t i = 0; i < m_knobs.size(); ++i) {
        KnobField& field = m_knobs[i];
        field.box = new QWidget(m_knobRow);
        auto* row = new QHBoxLayout(field.box);
        row->setContentsMargins(8, 0, 0, 0);
        row->setSpacing(4);
        auto* label = new QLabel(field.box);
        field.spin = new ChoiceSpin(field.box);
        field.spin->setMinimumWidth(70);
        label->setBuddy(field.spin);
        row->addWidget(label);
        row->addWidget(field.spin);
        connect(field.spin, &ChoiceSpin::chosen, this, [this, kind = LabKnob::Kind(i)](quint64 value) {
            if (root())
                replaceCode(withKnob(*root(), kind, value));
        });
        flow->addWidget(field.box);
    }
    auto* layout = new QVBoxLayout(bar);
    layout->setContentsMargins(12, 0, 12, 0);
    layout->setSpacing(6);
    layout->addLayout(top);
    layout->addWidget(m_knobRow);
    return bar;
}

QWidget* LabPanel::createPictures() {
    m_density = new DistanceDensity(this);
    m_curve = new RerankCurve(this);
    auto* pictures = new QSplitter(Qt::Horizontal, this);
    pictures->addWidget(m_density);
    pictures->addWidget(m_curve);
    pictures->setChildrenCollapsible(false);
    pictures->setMinimumHeight(kLeastPictures);
    return pictures;
}

QWidget* LabPanel::createTables() {
    createTable();
    m_memory = new LabMemory(this);
    auto* scroll = new QScrollArea(this);
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setWidgetResizable(true);
    scroll->setWidget(m_memory);
    m_tabs = new QTabWidget(this);
    m_tabs->setObjectName(QStringLiteral("labTabs"));
    m_tabs->setDocumentMode(true);
    m_tabs->addTab(m_table, tr("Codes of equal size"));
    m_tabs->addTab(scroll, tr("Memory"));
    m_tabs->tabBar()->setExpanding(false);
    auto* tables = new QWidget(this);
    auto* layout = new QGridLayout(tables); // the state beside the tabs, on the same line
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(m_tabs, 0, 0);
    layout->addWidget(m_state, 0, 0, Qt::AlignRight | Qt::AlignTop);
    m_state->setFixedHeight(m_tabs->tabBar()->sizeHint().height());
    tables->setMinimumHeight(kTables);
    return tables;
}

void LabPanel::createTable() {
    m_codes = new CodesModel(this);
    m_sorted = new QSortFilterProxyModel(this);
    m_sorted->setSourceModel(m_codes);
    m_sorted->setSortRole(CodesModel::SortRole);
    m_table = new QTableView(this);
    m_table->setObjectName(QStringLiteral("labCodes"));
    m_table->setAccessibleName(tr("Codes of about as many bytes"));
    m_table->setModel(m_sorted);
    m_table->setSortingEnabled(true);
    m_table->sortByColumn(CodesModel::Bytes, Qt::AscendingOrder);
    m_table->setSelectionBehavior(QAbstractItemView::SelectRows);
    m_table->setSelectionMode(QAbstractItemView::ExtendedSelection);
    m_table->setEditTriggers(QAbstractItemView::NoEditTriggers);
    m_table->setHorizontalScrollMode(QAbstractItemView::ScrollPerPixel);
    m_table->setShowGrid(false);
    m_table->setWordWrap(false);
    m_table->setTabKeyNavigation(false);
    m_table->verticalHeader()->hide();
    m_table->verticalHeader()->setDefaultSectionSize(kRowHeight);
    m_table->setContextMenuPolicy(Qt::CustomContextMenu);
    QHeaderView* header = m_table->horizontalHeader();
    header->setHighlightSections(false);
    header->setMinimumSectionSize(48);
    constexpr int kWidths[CodesModel::ColumnCount]{168, 62, 70, 82, 70, 82, 98, 58, 58};
    for (int column = 0; column < CodesModel::ColumnCount; ++column)
        header->resizeSection(column, kWidths[column]);
}

/// Fields for the numbers of this code; buttons show its family, and which families are built.
void LabPanel::showKnobs() {
    const SpecNode* tree = root();
    const std::size_t n = m_dataset ? m_dataset->base.size() : 0, dim = m_dataset ? m_dataset->dim() : 1;
    const auto knobs = tree ? labKnobs(*tree, n, dim) : std::vector<LabKnob>();
    const auto family = tree ? familyOf(*tree) : std::nullopt;
    for (int i = 0; i < kLabFamilies; ++i) {
        QToolButton* button = m_families[std::size_t(i)];
        button->setChecked(family == LabFamily(i));
        const bool built =
            tree && find_kind(*code_under_study(withFamily(*tree, LabFamily(i), dim, double(dim) / 8)).code);
        button->setEnabled(built);
    }
    m_cells->setChecked(tree && hasCells(*tree));
    m_cells->setEnabled(tree != nullptr);
    for (std::size_t i = 0; i < m_knobs.size(); ++i) {
        const auto found = std::ranges::find(knobs, LabKnob::Kind(i), &LabKnob::kind);
        m_knobs[i].box->setVisible(found != knobs.end());
        if (found == knobs.end())
            continue;
        auto* label = m_knobs[i].box->findChild<QLabel*>();
        label->setText(found->label);
        m_knobs[i].box->setToolTip(found->help);
        m_knobs[i].spin->setAccessibleName(found->label);
        m_knobs[i].spin->setAccessibleDescription(found->help);
        m_knobs[i].spin->setChoices(found->values, found->value);
    }
}

void LabPanel::takeRow(const QModelIndex& index) {
    const int row = m_sorted->mapToSource(index).row();
    if (row >= 0 && row < m_codes->rowCount())
        replaceCode(SpecNode(m_codes->code(row))); // the rows go while it is studied
}

/// The selected rows as they are sorted; all where none is.
std::vector<int> LabPanel::shownRows() const {
    std::vector<int> rows;
    const QItemSelectionModel* selection = m_table->selectionModel();
    for (int row = 0; row < m_sorted->rowCount(); ++row)
        if (!selection->hasSelection() || selection->isRowSelected(row, {}))
            rows.push_back(m_sorted->mapToSource(m_sorted->index(row, 0)).row());
    return rows;
}

void LabPanel::tableMenu(QPoint at) {
    const QModelIndex index = m_table->indexAt(at);
    QMenu menu(this);
    QAction* take = menu.addAction(tr("&Study this code"));
    take->setEnabled(index.isValid());
    connect(take, &QAction::triggered, this, [this, index] { takeRow(index); });
    menu.addSeparator();
    connect(menu.addAction(tr("Copy as &CSV")), &QAction::triggered, this,
            [this] { QGuiApplication::clipboard()->setText(m_codes->csv(shownRows())); });
    connect(menu.addAction(tr("Copy as &Markdown")), &QAction::triggered, this,
            [this] { QGuiApplication::clipboard()->setText(m_codes->markdown(shownRows())); });
    menu.exec(m_table->viewport()->mapToGlobal(at));
}

} // namespace annscope::ui
