// SPDX-License-Identifier: GPL-3.0-or-later
// Grouping and pruning inside cells: the algebra against direct computation, what is learned against brute
// force, and what it is for: smaller residuals, and better recall for the same number of scanned codes.
#include "index_fixture.h"

#include "core/checksum.h"
#include "data/ground_truth.h"
#include "data/synthetic.h"
#include "index/coarse_quantizer.h"
#include "index/serialize.h"
#include "ivf/group_selection.h"

#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <algorithm>
#include <numeric>
#include <set>

using namespace annscope;
using namespace annscope::test;

namespace {

constexpr std::size_t kDim = 12;

/// 10 cells of random centroids, each with its 4 nearest others, and rows that lie in them.
struct Setup {
    static constexpr std::size_t kCells = 10, kGroups = 4;
    VectorSet centres = random_set(ElementType::F32, kCells, kDim, 11);
    VectorSet rows = random_set(ElementType::F32, 900, kDim, 12);
    std::vector<std::uint32_t> cells;
    CellGroups groups;

    explicit Setup(int threads = 1) : cells(rows.size()) {
        for (std::size_t i = 0; i < rows.size(); ++i)
            cells[i] = nearest(rows.view<float>().row(i), 1).front();
        AlignedBuffer<std::uint32_t> others(kCells * kGroups);
        for (std::size_t c = 0; c < kCells; ++c) {
            const auto near = nearest(view().row(c), kGroups + 1);
            std::copy(near.begin() + 1, near.end(), others.begin() + c * kGroups);
        }
        Control control;
        control.threads = threads;
        auto learned = CellGroups::learn(view(), std::move(others), kGroups, rows, cells, control);
        if (learned)
            groups = std::move(*learned);
    }
    VectorView view() const { return centres.view<float>(); }
    std::vector<std::uint32_t> nearest(const float* x, std::size_t count) const {
        std::vector<std::uint32_t> order(kCells);
        std::iota(order.begin(), order.end(), 0u);
        std::ranges::sort(order, {}, [&](std::uint32_t c) { return squared(x, view().row(c)); });
        order.resize(count);
        return order;
    }
    static double squared(const float* x, const float* y) {
        double sum = 0;
        for (std::size_t j = 0; j < kDim; ++j)
            sum += (static_cast<double>(x[j]) - static_cast<double>(y[j])) *
                   (static_cast<double>(x[j]) - static_cast<double>(y[j]));
        return sum;
    }
    static double product(const float* x, const float* y) { return std::inner_product(x, x + kDim, y, 0.0); }
    std::vector<float> point(std::size_t group) const {
        std::vector<float> out(kDim);
        groups.centroid(group, view(), out.data());
        return out;
    }
    /// Sum of the squared residuals of a cell's rows if its alpha were this.
    double error(std::size_t cell, double alpha) const {
        double sum = 0;
        for (std::size_t i = 0; i < rows.size(); ++i) {
            if (cells[i] != cell)
                continue;
            double best = std::numeric_limits<double>::infinity();
            for (const std::uint32_t other : groups.neighbours(cell)) {
                std::vector<float> at(kDim);
                for (std::size_t j = 0; j < kDim; ++j) {
                    const double c = static_cast<double>(view().row(cell)[j]);
                    at[j] = static_cast<float>(c + alpha * (static_cast<double>(view().row(other)[j]) - c));
                }
                best = std::min(best, squared(rows.view<float>().row(i), at.data()));
            }
            sum += best;
        }
        return sum;
    }
};

/// Clustered vectors as `annscope-cli generate clusters` makes them.
Dataset clustered(std::size_t n, std::size_t dim) {
    ClusterOptions options;
    options.n = n;
    options.dim = dim;
    options.queries = 200;
    return generate_clusters(options, {}).value();
}

double distortion(const Index& index, const VectorSet& rows) {
    double sum = 0;
    std::vector<float> got(rows.dim()), row(rows.dim());
    for (std::size_t i = 0; i < rows.size(); i += 7) {
        if (!index.reconstruct(static_cast<Id>(i), got))
            return -1;
        rows.copy_row(i, row.data());
        for (std::size_t j = 0; j < row.size(); ++j)
            sum += static_cast<double>((row[j] - got[j]) * (row[j] - got[j]));
    }
    return sum;
}

/// Share of the true neighbours among the answers, and codes scanned, a query.
struct Point {
    double codes = 0, recall = 0;
};

Point point_of(const Index& index, const Dataset& data, const GroundTruth& truth,
               const SearchParams& params) {
    const auto answer = search(index, data.queries, truth.k, params);
    if (!answer)
        return {};
    std::size_t found = 0;
    for (std::size_t q = 0; q < data.queries.size(); ++q) {
        const std::set<Id> wanted(truth.ids_of(q).begin(), truth.ids_of(q).end());
        for (std::size_t i = 0; i < truth.k; ++i)
            found += wanted.contains(answer->ids[q * truth.k + i]);
    }
    const auto queries = static_cast<double>(data.queries.size());
    return {static_cast<double>(answer->stats.codes) / queries,
            static_cast<double>(found) / (queries * static_cast<double>(truth.k))};
}

QByteArray saved(const Index& index) {
    const QTemporaryDir folder;
    const QString path = folder.filePath(QStringLiteral("index"));
    if (!save_index(index, path.toStdString(), {}))
        return {};
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

} // namespace

class TestCellGroups : public QObject {
    Q_OBJECT

private slots:
    void distancesFollowFromCentroids();
    void alphaLeavesLittle();
    void rowsGoToTheNearestGroup();
    void emptyCellsAndEqualCentroids();
    void selectionKeepsTheNearestShare_data();
    void selectionKeepsTheNearestShare();
    void allGroupsAreAnExhaustiveScan_data();
    void allGroupsAreAnExhaustiveScan();
    void residualsAreSmaller_data();
    void residualsAreSmaller();
    void betterRecallForTheSameCodes();
    void cellsAreStillCells();
    void anyThreadsMakeTheSameFile();
    void secondAddJoinsTheGroups();
    void forgedSections_data();
    void forgedSections();
    void errors();
    void parametersDependOnTheBuild();
};

void TestCellGroups::distancesFollowFromCentroids() {
    const Setup setup;
    QCOMPARE(setup.groups.nlist(), Setup::kCells);
    const VectorSet queries = random_set(ElementType::F32, 20, kDim, 3);
    for (std::size_t q = 0; q < queries.size(); ++q) {
        const float* query = queries.view<float>().row(q);
        for (std::size_t group = 0; group < Setup::kCells * Setup::kGroups; ++group) {
            const float* c = setup.view().row(group / Setup::kGroups);
            const float* s = setup.view().row(setup.groups.neighbours()[group]);
            const std::size_t cell = group / Setup::kGroups;
            const float alpha = setup.groups.alphas()[cell];
            const float gap = setup.groups.gaps(cell)[group % Setup::kGroups];
            const std::vector<float> point = setup.point(group);
            const double l2 = Setup::squared(query, point.data());
            const double got = static_cast<double>(
                CellGroups::squared(alpha, gap, static_cast<float>(Setup::squared(query, c)),
                                    static_cast<float>(Setup::squared(query, s))));
            QVERIFY2(std::abs(got - l2) <= 1e-5 * (Setup::squared(query, c) + Setup::squared(query, s)),
                     qPrintable(QString("%1 %2").arg(got).arg(l2)));
            const double product =
                static_cast<double>(CellGroups::product(alpha, static_cast<float>(-Setup::product(query, c)),
                                                        static_cast<float>(-Setup::product(query, s))));
            QVERIFY(std::abs(product + Setup::product(query, point.data())) <=
                    1e-5 * std::abs(product) + 0.05);
        }
    }
}

void TestCellGroups::alphaLeavesLittle() {
    const Setup setup;
    bool any = false;
    for (std::size_t cell = 0; cell < Setup::kCells; ++cell) {
        const auto alpha = static_cast<double>(setup.groups.alphas()[cell]);
        QVERIFY(alpha >= 0 && alpha <= 1);
        const double learned = setup.error(cell, alpha);
        double best = learned;
        for (int step = 0; step <= 100; ++step)
            best = std::min(best, setup.error(cell, step / 100.0));
        QVERIFY2(learned <= 1.02 * best,
                 qPrintable(QString("cell %1: %2 %3").arg(cell).arg(learned).arg(best)));
        QVERIFY(learned <= setup.error(cell, 0) * (1 + 1e-6));
        any = any || alpha > 0.05;
    }
    QVERIFY(any);
}

void TestCellGroups::rowsGoToTheNearestGroup() {
    const Setup setup;
    for (const ElementType type : {ElementType::F32, ElementType::F16, ElementType::U8}) {
        const VectorSet rows = random_set(type, 300, kDim, 21);
        std::vector<std::uint32_t> lists(rows.size()), cells;
        std::vector<float> row(kDim);
        for (std::size_t i = 0; i < rows.size(); ++i) {
            rows.copy_row(i, row.data());
            lists[i] = setup.nearest(row.data(), 1).front();
        }
        cells = lists;
        QVERIFY(setup.groups.assign(rows, setup.view(), lists, {}).ok());
        for (std::size_t i = 0; i < rows.size(); ++i) {
            QCOMPARE(lists[i] / Setup::kGroups, std::size_t{cells[i]});
            rows.copy_row(i, row.data());
            double best = std::numeric_limits<double>::infinity();
            for (std::size_t l = 0; l < Setup::kGroups; ++l)
                best = std::min(
                    best, Setup::squared(row.data(), setup.point(cells[i] * Setup::kGroups + l).data()));
            const double own = Setup::squared(row.data(), setup.point(lists[i]).data());
            QVERIFY2(own <= best + 1e-4 * best + 1e-2, qPrintable(QString("%1 %2").arg(own).arg(best)));
        }
    }
}

void TestCellGroups::emptyCellsAndEqualCentroids() {
    // Cells 0 and 1 lie at one point; nothing belongs to 1 and 3.
    const VectorSet centres = floats({0, 0, 0, 0, 4, 0, 50, 50}, 4, 2);
    const VectorSet rows = floats({1, 0, 2, 0, 3, 0.5f}, 3, 2);
    const std::vector<std::uint32_t> cells{0, 0, 2};
    AlignedBuffer<std::uint32_t> others(8);
    std::ranges::copy(std::array<std::uint32_t, 8>{1, 2, 0, 2, 0, 1, 2, 0}, others.begin());
    const auto groups = CellGroups::learn(centres.view<float>(), std::move(others), 2, rows, cells, {});
    QVERIFY(groups.ok());
    QVERIFY(std::abs(groups->alphas()[0] - 0.375f) < 1e-5f); // (1 + 2) * 4 / (2 * 16)
    QVERIFY(std::abs(groups->alphas()[2] - 0.25f) < 1e-5f);
    QVERIFY(std::abs(groups->alphas()[1] - 16.0f / 48) < 1e-5f); // of all rows
    QCOMPARE(groups->alphas()[3], groups->alphas()[1]);
    std::vector<float> out(2);
    groups->centroid(0, centres.view<float>(), out.data());
    QCOMPARE(out, (std::vector<float>{0, 0}));
    QCOMPARE(groups->gaps(0)[0], 0.0f);
    QCOMPARE(groups->gaps(3)[1], 5000.0f);
}

void TestCellGroups::selectionKeepsTheNearestShare_data() {
    QTest::addColumn<double>("share");
    QTest::addColumn<bool>("l2");
    for (const double share : {0.01, 0.1, 0.25, 0.5, 0.9, 1.0})
        for (const bool l2 : {true, false})
            QTest::addRow("%g %s", share, l2 ? "L2" : "ip") << share << l2;
}

void TestCellGroups::selectionKeepsTheNearestShare() {
    QFETCH(double, share);
    QFETCH(bool, l2);
    const Setup setup;
    std::vector<std::uint64_t> begins(Setup::kCells * Setup::kGroups + 1);
    for (std::size_t group = 0; group + 1 < begins.size(); ++group)
        begins[group + 1] = begins[group] + (group % 5 == 2 ? 0 : 3); // every fifth is empty
    const GroupSelection::Source source{&setup.groups, setup.view(), l2, begins};
    const VectorSet queries = random_set(ElementType::F32, 20, kDim, 3);
    GroupSelection selection;
    for (std::size_t q = 0; q < queries.size(); ++q) {
        const float* query = queries.view<float>().row(q);
        const auto distance = [&](const float* x) {
            return l2 ? Setup::squared(query, x) : -Setup::product(query, x);
        };
        std::vector<Neighbor> cells(6); // of which 4 were found
        std::set<std::uint32_t> known, wanted;
        std::vector<double> all;
        for (std::size_t i = 0; i < 4; ++i) {
            const auto cell = static_cast<std::uint32_t>((q + 3 * i) % Setup::kCells);
            cells[i] = {static_cast<float>(distance(setup.view().row(cell))), Id{cell}};
            known.insert(cell);
            for (std::size_t l = 0; l < Setup::kGroups; ++l)
                if (const std::size_t group = cell * Setup::kGroups + l; group % 5 != 2) {
                    all.push_back(distance(setup.point(group).data()));
                    wanted.insert(setup.groups.neighbours()[group]);
                }
        }
        std::erase_if(wanted, [&](std::uint32_t c) { return known.contains(c); });
        QCOMPARE(selection.select(source, query, cells, share), wanted.size());
        const auto keep = static_cast<std::size_t>(std::ceil(share * static_cast<double>(all.size()) - 1e-9));
        QCOMPARE(selection.found().size(), keep);
        std::ranges::sort(all);
        const double limit = all[keep - 1] + 1e-4 * std::abs(all[keep - 1]) + 0.05;
        std::set<Id> seen;
        std::size_t cell = 0;
        for (const Neighbor& found : selection.found()) {
            const auto group = static_cast<std::size_t>(found.id);
            QVERIFY(group % 5 != 2 && seen.insert(found.id).second);
            const double own = distance(setup.point(group).data());
            QVERIFY(own <= limit);
            QVERIFY(std::abs(own - static_cast<double>(found.distance)) <= 1e-4 * std::abs(own) + 0.05);
            while (cell < 4 && cells[cell].id != found.id / static_cast<Id>(Setup::kGroups))
                ++cell; // groups follow their cells
            QVERIFY(cell < 4);
        }
    }
}

void TestCellGroups::allGroupsAreAnExhaustiveScan_data() {
    QTest::addColumn<QByteArray>("line");
    QTest::addColumn<int>("metric");
    for (const char* line : {"IVF16,PQ4|groups=6", "IVF16,PQ6x4fs|groups=6", "IVF16,SQ8|groups=3",
                             "IVF16(IVF4,Flat),PQ4|groups=5", "IVF16,Flat|groups=6"})
        for (const Metric metric : {Metric::L2, Metric::InnerProduct, Metric::Cosine})
            QTest::addRow("%s %d", line, static_cast<int>(metric))
                << QByteArray(line) << static_cast<int>(metric);
}

/// All cells and all groups: the nearest of everything that the codes decode to.
void TestCellGroups::allGroupsAreAnExhaustiveScan() {
    QFETCH(QByteArray, line);
    QFETCH(int, metric);
    const auto by = static_cast<Metric>(metric);
    constexpr std::size_t kRows = 900, kNear = 10;
    const VectorSet rows = random_set(ElementType::F32, kRows, kDim, 5);
    VectorSet queries = random_set(ElementType::F32, 20, kDim, 6);
    if (by == Metric::Cosine)
        queries = normalized(queries).vectors;
    const auto index = build(line.constData(), rows, by);
    QVERIFY2(index.ok(), index ? "" : index.error().message.c_str());
    AlignedBuffer<float> decoded(kRows * kDim);
    for (std::size_t i = 0; i < kRows; ++i)
        QVERIFY((*index)->reconstruct(static_cast<Id>(i), {decoded.data() + i * kDim, kDim}).ok());
    const VectorSet codes = VectorSet::adopt(std::move(decoded), kRows, kDim);
    const Metric plain = by == Metric::L2 ? by : Metric::InnerProduct; // what decodes is not of unit length
    const auto answer = search(**index, queries, kNear, thorough(**index));
    QVERIFY(answer.ok());
    QCOMPARE(answer->stats.codes, std::uint64_t{kRows * 20});
    QCOMPARE(answer->stats.lists, std::uint64_t{16 * 20});
    const double off = line.contains("fs") ? 0.06 : 1e-3;
    for (std::size_t q = 0; q < queries.size(); ++q) {
        const float* query = queries.view<float>().row(q);
        const double kth = oracle_kth(codes, query, plain, kNear), first = oracle_kth(codes, query, plain, 1);
        const double slack = off * (std::abs(kth) + std::abs(kth - first)) + 1e-4;
        for (std::size_t i = 0; i < kNear; ++i) {
            const Id id = answer->ids[q * kNear + i];
            QVERIFY(id != kNoId);
            QVERIFY(oracle_distance(codes, static_cast<std::size_t>(id), query, plain) <= kth + slack);
        }
    }
    // Half of the groups are fewer codes, and nearly all of the answers.
    SearchParams half = thorough(**index);
    half.set("group_share", 0.5);
    const auto pruned = search(**index, queries, kNear, half);
    QVERIFY(pruned.ok());
    QVERIFY(pruned->stats.codes < answer->stats.codes);
    QCOMPARE(pruned->stats.lists, answer->stats.lists);
}

void TestCellGroups::residualsAreSmaller_data() {
    QTest::addColumn<QByteArray>("factory");
    QTest::addColumn<double>("most");
    QTest::newRow("PQ") << QByteArray("IVF64,PQ8") << 0.95;
    QTest::newRow("PQ4fsr") << QByteArray("IVF64,PQ16x4fsr") << 0.95;
    QTest::newRow("SQ4") << QByteArray("IVF64,SQ4") << 0.97;
    QTest::newRow("RaBitQ") << QByteArray("IVF64,RaBitQ") << 0.95;
}

void TestCellGroups::residualsAreSmaller() {
    QFETCH(QByteArray, factory);
    QFETCH(double, most);
    const Dataset data = clustered(10000, 32);
    const auto plain = build(factory.constData(), data.base, Metric::L2);
    const auto with = build(factory.constData(), data.base, Metric::L2, {{"groups", 16}});
    QVERIFY(plain.ok() && with.ok());
    const double before = distortion(**plain, data.base), after = distortion(**with, data.base);
    QVERIFY2(after > 0 && after <= most * before, qPrintable(QString::number(after / before)));
}

void TestCellGroups::betterRecallForTheSameCodes() {
    const Dataset data = clustered(20000, 32);
    const auto truth = exact_neighbours(data.base, data.queries, Metric::L2, 10, {});
    QVERIFY(truth.ok());
    const auto plain = build("IVF64,PQ8", data.base, Metric::L2);
    const auto with = build("IVF64,PQ8", data.base, Metric::L2, {{"groups", 16}});
    QVERIFY(plain.ok() && with.ok());
    std::vector<Point> curve;
    for (int nprobe = 1; nprobe <= 32; ++nprobe)
        curve.push_back(point_of(**plain, data, *truth, {{"nprobe", static_cast<double>(nprobe)}}));
    for (const int nprobe : {4, 8, 16}) {
        const Point own =
            point_of(**with, data, *truth, {{"nprobe", static_cast<double>(nprobe)}, {"group_share", 0.5}});
        // The first point of the plain curve that scans no fewer codes.
        const auto same = std::ranges::find_if(curve, [&](const Point& p) { return p.codes >= own.codes; });
        QVERIFY(same != curve.end());
        QVERIFY2(own.recall > same->recall + 0.01,
                 qPrintable(QString("nprobe %1: %2 codes %3, without groups %4 codes %5")
                                .arg(nprobe)
                                .arg(own.codes)
                                .arg(own.recall)
                                .arg(same->codes)
                                .arg(same->recall)));
    }
}

void TestCellGroups::cellsAreStillCells() {
    const VectorSet rows = random_set(ElementType::F32, 900, kDim, 5), queries = rows.slice(0, 10);
    const auto index = build("IVF16,PQ4|groups=6", rows, Metric::L2),
               plain = build("IVF16,PQ4", rows, Metric::L2);
    QVERIFY(index.ok() && plain.ok());
    const CellsView *cells = (*index)->cells(), *before = (*plain)->cells();
    QVERIFY(cells && before);
    QCOMPARE(cells->nlist(), std::size_t{16});
    QCOMPARE(cells->centroids().rows(), std::size_t{16});
    for (std::size_t cell = 0; cell < 16; ++cell) {
        const std::set<std::uint32_t> now(cells->ids(cell).begin(), cells->ids(cell).end());
        QVERIFY(now == std::set<std::uint32_t>(before->ids(cell).begin(), before->ids(cell).end()));
    }
    for (const ParamInfo& info : (*index)->search_params())
        if (info.name == "nprobe")
            QCOMPARE(info.max, 16.0);
    PathTrace trace;
    Answer answer = Answer::sized(5);
    const auto stats = (*index)->explain(queries.view<float>()[0], 5, {{"nprobe", 5}, {"group_share", 0.1}},
                                         answer.output(), trace);
    QVERIFY(stats.ok());
    std::vector<Id> probed;
    std::set<std::uint32_t> here;
    for (const TraceEvent& event : trace.events)
        if (event.kind == TraceEvent::Kind::ProbeCell) {
            probed.push_back(event.id);
            const auto ids = cells->ids(static_cast<std::size_t>(event.id));
            here = {ids.begin(), ids.end()};
        } else {
            QVERIFY(here.contains(static_cast<std::uint32_t>(event.id))); // below its own cell
        }
    QCOMPARE(probed.size(), std::size_t{5}); // also those of which no group was kept
}

void TestCellGroups::anyThreadsMakeTheSameFile() {
    const VectorSet rows = random_set(ElementType::F32, 3000, kDim, 5);
    for (const char* line : {"IVF64,PQ4|groups=16", "IVF64(IVF8,Flat),PQ4|groups=8"}) {
        const auto one = build(line, rows, Metric::L2, {}, 1), four = build(line, rows, Metric::L2, {}, 4);
        QVERIFY(one.ok() && four.ok());
        (*one)->set_build_seconds(0, 0);
        (*four)->set_build_seconds(0, 0);
        const QByteArray bytes = saved(**one);
        QVERIFY(bytes.size() > 5000);
        QVERIFY(bytes == saved(**four));
    }
}

void TestCellGroups::secondAddJoinsTheGroups() {
    const VectorSet rows = random_set(ElementType::F32, 900, kDim, 5),
                    queries = random_set(ElementType::F32, 20, kDim, 6);
    const Configuration line = configuration("IVF16,PQ4|groups=6");
    const auto once = build_index(line.spec, {kDim, Metric::L2, line.build, 1});
    const auto twice = build_index(line.spec, {kDim, Metric::L2, line.build, 1});
    QVERIFY(once.ok() && twice.ok());
    QVERIFY((*once)->train(rows, {}).ok() && (*twice)->train(rows, {}).ok());
    QVERIFY((*once)->add(rows, {}).ok());
    QVERIFY((*twice)->add(rows.slice(0, 500), {}).ok() && (*twice)->add(rows.slice(500, 400), {}).ok());
    const auto a = search(**once, queries, 10, {}), b = search(**twice, queries, 10, {});
    QVERIFY(a.ok() && b.ok() && *a == *b);
}

void TestCellGroups::forgedSections_data() {
    QTest::addColumn<QByteArray>("tag");
    QTest::addColumn<QByteArray>("value");
    const auto row = [](const char* name, const char* tag, auto value) {
        QTest::newRow(name) << QByteArray(tag) << QByteArray(reinterpret_cast<const char*>(&value), 4);
    };
    row("no such cell", "group neighbours", std::uint32_t{16});
    row("far out", "group neighbours", std::uint32_t{0xffffffff});
    row("itself", "group neighbours", std::uint32_t{0});
    row("alpha beyond 1", "group alphas", 1.5f);
    row("alpha below 0", "group alphas", -0.1f);
    row("alpha that is none", "group alphas", std::numeric_limits<float>::quiet_NaN());
}

/// A section whose checksum is right and whose first number, of cell 0, is not.
void TestCellGroups::forgedSections() {
    QFETCH(QByteArray, tag);
    QFETCH(QByteArray, value);
    const auto index = build("IVF16,PQ4|groups=6", random_set(ElementType::F32, 900, kDim, 5), Metric::L2);
    QVERIFY(index.ok());
    QByteArray bytes = saved(**index);
    const qsizetype length_at = bytes.indexOf(tag) + tag.size(), data_at = length_at + 16;
    QVERIFY(length_at > tag.size());
    std::uint64_t length = 0;
    std::memcpy(&length, bytes.data() + length_at, sizeof length);
    bytes.replace(data_at, 4, value);
    Checksum sum;
    sum.update(tag.data(), static_cast<std::size_t>(tag.size()));
    sum.update(&length, sizeof length);
    sum.update(bytes.data() + data_at, length);
    const std::uint64_t digest = sum.digest();
    bytes.replace(length_at + 8, 8, QByteArray(reinterpret_cast<const char*>(&digest), 8));
    const QTemporaryDir folder;
    QFile file(folder.filePath(QStringLiteral("forged")));
    QVERIFY(file.open(QIODevice::WriteOnly) && file.write(bytes) == bytes.size());
    file.close();
    const auto loaded = load_index(file.fileName().toStdString(), {});
    QVERIFY(!loaded.ok());
    QVERIFY(loaded.error().code == ErrorCode::CorruptFile);
    QVERIFY(loaded.error().message.find(tag.constData()) != std::string::npos);
}

void TestCellGroups::errors() {
    const auto message = [](const char* line, ErrorCode expected) -> std::string {
        const auto parsed = parse_configuration(line);
        if (!parsed)
            return "does not parse";
        const auto index = build_index(parsed->spec, {kDim, Metric::L2, parsed->build, 1});
        return index ? "no error" : index.error().code == expected ? index.error().message : "another error";
    };
    const std::string few = message("IVF16,PQ4|groups=16", ErrorCode::InvalidArgument);
    QVERIFY2(few.find("15 others") != std::string::npos, few.c_str());
    QVERIFY(message("IVF16,PQ4|groups=15", ErrorCode::InvalidArgument) == "no error");
    const std::string many = message("IVF262144,PQ4|groups=65", ErrorCode::InvalidArgument);
    QVERIFY2(many.find("16777216 at most") != std::string::npos, many.c_str());
    const std::string halves = message("IMI2x4,PQ4|groups=4", ErrorCode::Unsupported);
    QVERIFY2(halves.find("choose IVF") != std::string::npos, halves.c_str());
    QVERIFY(!parse_configuration("IVF16,PQ4|groups=257").ok());
}

void TestCellGroups::parametersDependOnTheBuild() {
    QVERIFY(parse_configuration("IVF16,PQ4|groups=4|group_share=0.25").ok());
    const auto without = parse_configuration("IVF16,PQ4||group_share=0.25");
    QVERIFY(!without.ok() && without.error().message.find("group_share") != std::string::npos);
    QVERIFY(parse_configuration("IVF16,PQ4,RFlat|groups=4|nprobe=2,group_share=1,k_factor=2").ok());
    // The index over the centroids is made without.
    const auto nested = parse_configuration("IVF64(IVF16,Flat),PQ4|groups=20|quantizer_nprobe=4");
    QVERIFY(nested.ok());
    const auto index = build_index(nested->spec, {kDim, Metric::L2, nested->build, 1});
    QVERIFY(index.ok());
    std::set<std::string_view> names, declared;
    for (const ParamInfo& info : (*index)->search_params())
        names.insert(info.name);
    for (const ParamInfo& info : search_params(nested->spec.root, nested->build))
        declared.insert(info.name);
    QVERIFY(names == (std::set<std::string_view>{"nprobe", "group_share", "quantizer_nprobe"}));
    QVERIFY(names == declared);
    QVERIFY(!parse_configuration("IVF64(IVF16,Flat),PQ4|groups=20|quantizer_group_share=1").ok());
}

QTEST_GUILESS_MAIN(TestCellGroups)
#include "tst_cell_groups.moc"
