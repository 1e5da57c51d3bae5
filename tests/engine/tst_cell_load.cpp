// SPDX-License-Identifier: GPL-3.0-or-later
// Visits of cells, counted from the coarse quantiser alone, are those that searches make.
#include "index_fixture.h"

#include "data/ground_truth.h"
#include "tune/cell_load.h"

#include <nlohmann/json.hpp>

#include <QTest>

#include <map>
#include <numeric>

using namespace annscope;
using namespace annscope::test;

namespace {

constexpr std::size_t kQueries = 50, kNeighbors = 5;

Workload workload(Metric metric) {
    Workload out{random_set(ElementType::F32, 1500, 16, 1),
                 random_set(ElementType::F32, kQueries, 16, 2).to_float(),
                 {},
                 metric};
    out.truth = std::move(exact_neighbours(out.base, out.queries, metric, kNeighbors, {}).value());
    return out;
}

/// One query's search, told step by step.
struct Told {
    std::vector<std::uint32_t> cells;
    std::map<std::uint32_t, std::uint64_t> codes;
};

Told tellOf(const Index& index, const Workload& work, const SearchParams& params, std::size_t query) {
    std::vector<Id> ids(kNeighbors);
    std::vector<float> distances(kNeighbors);
    PathTrace trace;
    const float* row = work.queries.view<float>().row(query);
    Told told;
    if (!index.explain({row, work.queries.dim()}, kNeighbors, params, {ids, distances}, trace))
        return told;
    for (const TraceEvent& event : trace.events) {
        if (event.kind == TraceEvent::Kind::ProbeCell)
            told.cells.push_back(static_cast<std::uint32_t>(event.id));
        else if (event.kind == TraceEvent::Kind::Consider)
            ++told.codes[told.cells.back()];
    }
    return told;
}

} // namespace

class TestCellLoad : public QObject {
    Q_OBJECT

private slots:
    void countsWhatSearchesDo_data() {
        QTest::addColumn<QByteArray>("factory");
        QTest::addColumn<QByteArray>("params");
        QTest::addColumn<int>("metric");
        const auto row = [](const char* factory, const char* params, Metric metric = Metric::L2) {
            QTest::addRow("%s %s %d", factory, params, static_cast<int>(metric))
                << QByteArray(factory) << QByteArray(params) << static_cast<int>(metric);
        };
        row("IVF32,Flat", "nprobe=1");
        row("IVF32,Flat", "nprobe=5");
        row("IVF32,Flat", "nprobe=32");
        row("IVF32,Flat", "nprobe=5", Metric::InnerProduct);
        row("IVF32,SQ8", "nprobe=5", Metric::Cosine);
        row("IVF32,PQ4x4fs,RFlat", "nprobe=4,k_factor=2");
        row("IVF32,RaBitQ", "nprobe=4");
        row("IVF32_HNSW8,Flat", "nprobe=6");
        row("PCA8,IVF32,Flat", "nprobe=4");
        row("IDMap,IVF32,Flat", "nprobe=4");
        row("OPQ4,IVF16,PQ4x4", "nprobe=3");
    }
    void countsWhatSearchesDo() {
        QFETCH(QByteArray, factory);
        QFETCH(QByteArray, params);
        QFETCH(int, metric);
        const Workload work = workload(static_cast<Metric>(metric));
        const auto index = build(factory.toStdString(), work.base, work.metric);
        QVERIFY2(index.ok(), index ? "" : index.error().message.c_str());
        const SearchParams given = *parse_params(params.toStdString());
        const auto load = measure_cell_load(**index, work, given, {kNeighbors, {}}, {});
        QVERIFY2(load.ok(), load ? "" : load.error().message.c_str());

        const CellsView& cells = *(*index)->cells();
        const std::size_t nlist = cells.nlist();
        std::vector<std::uint64_t> probes(nlist), codes(nlist), hits(nlist), missed(nlist), wasted(nlist);
        std::vector<std::vector<std::uint32_t>> visitors(nlist);
        for (std::uint32_t q = 0; q < kQueries; ++q) {
            const Told told = tellOf(**index, work, given, q);
            std::vector<std::uint32_t> true_cells;
            for (const Id id : work.truth.ids_of(q).first(kNeighbors))
                for (std::uint32_t c = 0; c < nlist; ++c)
                    if (std::ranges::count(cells.ids(c), static_cast<std::uint32_t>(id)))
                        true_cells.push_back(c);
            QCOMPARE(true_cells.size(), kNeighbors);
            for (const std::uint32_t c : told.cells) {
                ++probes[c];
                codes[c] += told.codes.contains(c) ? told.codes.at(c) : 0;
                wasted[c] += std::ranges::count(true_cells, c) == 0;
                visitors[c].push_back(q);
            }
            for (const std::uint32_t c : true_cells)
                ++(std::ranges::count(told.cells, c) ? hits : missed)[c];
        }
        QCOMPARE(load->probes, probes);
        QCOMPARE(load->codes, codes);
        QCOMPARE(load->hits, hits);
        QCOMPARE(load->missed, missed);
        QCOMPARE(load->wasted, wasted);
        for (std::size_t c = 0; c < nlist; ++c) {
            QCOMPARE(load->size[c], cells.ids(c).size());
            const auto own = load->queries_of(c);
            QCOMPARE(std::vector(own.begin(), own.end()), visitors[c]);
        }
        const auto sum = [](const auto& v) { return std::accumulate(v.begin(), v.end(), std::uint64_t{0}); };
        QCOMPARE(load->total_hits + load->total_missed, kQueries * kNeighbors);
        QCOMPARE(sum(load->hits_of_rank), load->total_hits);
        QCOMPARE(load->total_codes, sum(codes));
        QVERIFY(std::ranges::is_sorted(load->by_cost, std::greater<>(), [&](auto c) { return codes[c]; }));
        QVERIFY(qAbs(load->share_of_costliest(nlist) - 1) < 1e-9);
        QVERIFY(!load->sentence().empty());
    }

    void imbalanceIsThatOfFaiss() {
        const std::vector<std::uint64_t> even(8, 5), one{0, 0, 0, 12}, none(3), some{1, 2, 3};
        QCOMPARE(imbalance_factor(even), 1.0);
        QCOMPARE(imbalance_factor(one), 4.0);
        QCOMPARE(imbalance_factor(none), 1.0);
        QCOMPARE(imbalance_factor(some), 3.0 * 14 / 36);
    }

    /// Cells are trained on one clump and filled with another: what all queries want lies in few cells.
    void unevenCellsAreTold() {
        VectorSet base = random_set(ElementType::F32, 2000, 8, 1);
        std::vector<float> values(2000 * 8);
        Random random(3);
        for (std::size_t i = 0; i < 2000; ++i)
            for (std::size_t j = 0; j < 8; ++j)
                values[i * 8 + j] = static_cast<float>((i % 10 == 0 ? 40.0 : 0.02) * random.normal());
        Workload work{floats(values, 2000, 8), floats(values, 2000, 8).to_float(), {}, Metric::L2};
        work.truth = std::move(exact_neighbours(work.base, work.queries, Metric::L2, 1, {}).value());
        const auto index = build("IVF64,Flat", work.base, Metric::L2);
        QVERIFY(index.ok());
        const auto load = measure_cell_load(**index, work, {{"nprobe", 1}}, {1, {}}, {});
        QVERIFY(load.ok());
        QVERIFY2(load->scan_factor > 1.25, qPrintable(QString::number(load->scan_factor)));
        QVERIFY(load->load_imbalance > load->size_imbalance);
        QVERIFY2(load->sentence().find("balance=") != std::string::npos, load->sentence().c_str());
        QCOMPARE(load->total_missed, 0u); // each vector is its own neighbour, in its own cell
        QCOMPARE(load->probes_for(0.99), 1u);
    }

    void someQueriesThreadsAndJson() {
        const Workload work = workload(Metric::L2);
        const auto index = build("IVF32,Flat", work.base, work.metric);
        QVERIFY(index.ok());
        const std::vector<std::uint32_t> rows{40, 3, 17};
        Control one, four;
        one.threads = 1;
        four.threads = 4;
        const auto a = measure_cell_load(**index, work, {{"nprobe", 4}}, {kNeighbors, rows}, one);
        const auto b = measure_cell_load(**index, work, {{"nprobe", 4}}, {kNeighbors, rows}, four);
        QVERIFY(a.ok() && b.ok());
        QCOMPARE(a->total_probes, 12u);
        QCOMPARE(cell_load_json(*a), cell_load_json(*b));
        QCOMPARE(a->visitors, b->visitors);
        for (std::size_t c = 0; c < 32; ++c)
            for (const std::uint32_t q : a->queries_of(c))
                QVERIFY(std::ranges::count(rows, q) == 1);
        const auto json = nlohmann::json::parse(cell_load_json(*a));
        QCOMPARE(json["by_cell"].size(), 32u);
        QCOMPARE(json["probes"].get<int>(), 12);
    }

    void visitsAreCountedWithoutATruth() {
        Workload work = workload(Metric::L2);
        const auto index = build("IVF32,Flat", work.base, work.metric);
        QVERIFY(index.ok());
        const auto with = measure_cell_load(**index, work, {{"nprobe", 4}}, {kNeighbors, {}}, {});
        work.truth = {};
        const auto without = measure_cell_load(**index, work, {{"nprobe", 4}}, {0, {}}, {});
        QVERIFY(with.ok() && without.ok());
        QCOMPARE(without->probes, with->probes);
        QCOMPARE(without->codes, with->codes);
        QCOMPARE(without->total_hits + without->total_missed + without->total_wasted, 0u);
        QVERIFY(!without->sentence().empty());
    }

    void refusesAndCancels() {
        const Workload work = workload(Metric::L2);
        const auto flat = build("Flat", work.base, work.metric);
        const auto cells = build("IVF32,Flat", work.base, work.metric);
        QVERIFY(flat.ok() && cells.ok());
        const auto code = [&](const Index& index, const SearchParams& params, const CellLoadOptions& options,
                              const Control& control = {}) {
            const auto result = measure_cell_load(index, work, params, options, control);
            return result ? -1 : static_cast<int>(result.error().code);
        };
        const std::vector<std::uint32_t> beyond{50};
        QCOMPARE(code(**flat, {}, {}), static_cast<int>(ErrorCode::Unsupported));
        QCOMPARE(code(**cells, {{"nprobe", 33}}, {5, {}}), static_cast<int>(ErrorCode::InvalidArgument));
        QCOMPARE(code(**cells, {}, {6, {}}), static_cast<int>(ErrorCode::InvalidArgument));
        QCOMPARE(code(**cells, {}, {5, beyond}), static_cast<int>(ErrorCode::InvalidArgument));
        std::stop_source stop;
        stop.request_stop();
        Control control;
        control.stop = stop.get_token();
        QCOMPARE(code(**cells, {}, {5, {}}, control), static_cast<int>(ErrorCode::Cancelled));
    }
};

QTEST_GUILESS_MAIN(TestCellLoad)
#include "tst_cell_load.moc"
