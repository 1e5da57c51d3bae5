// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "data/dataset.h"
#include "ui/models/run.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <string>

namespace annscope::test {

/// An exact search that pretends to have a parameter: it looks at the first nprobe / 64 of the vectors.
class FakeIndex : public Index {
public:
    FakeIndex(std::string spec, VectorSet base) : m_spec(std::move(spec)), m_base(std::move(base)) {}

    IndexInfo info() const override {
        IndexInfo about;
        about.spec = m_spec;
        about.dim = m_base.dim();
        about.size = m_base.size();
        about.memory = {{"vectors", std::max<std::uint64_t>(m_base.bytes(), 188'160'000), "n * d * 4"},
                        {"centroids", 802'816, "nlist * d * 4"}};
        about.trained = true;
        about.train_seconds = 1.25;
        about.add_seconds = 0.5;
        return about;
    }
    std::span<const ParamInfo> search_params() const noexcept override {
        static constexpr std::array kParams{
            ParamInfo{"nprobe", 1, 64, 1, true, true,
                      "Cells visited per query. More: better recall, slower."},
            ParamInfo{"k_factor", 1, 32, 1, true, true,
                      "Candidates re-ranked, in units of k. More: better recall, slower."}};
        return kParams;
    }
    Status add(const VectorSet&, const Control&) override { return {}; }
    Status save(ArchiveWriter&) const override { return {}; }

protected:
    Result<SearchStats> search_one(const float* query, std::size_t k, const SearchParams& params,
                                   SearchOutput out, PathTrace*) const override {
        const auto share = params.get("nprobe", 1) / 64;
        const auto rows = std::size_t(std::ceil(double(m_base.size()) * share));
        std::vector<std::pair<float, Id>> found;
        for (std::size_t i = 0; i < rows; ++i) {
            const float* row = m_base.view<float>().row(i);
            float distance = 0;
            for (std::size_t j = 0; j < m_base.dim(); ++j)
                distance += (row[j] - query[j]) * (row[j] - query[j]);
            found.emplace_back(distance, Id(i));
        }
        const std::size_t kept = std::min(k, found.size());
        std::partial_sort(found.begin(), found.begin() + std::ptrdiff_t(kept), found.end());
        for (std::size_t i = 0; i < k; ++i) {
            out.ids[i] = i < kept ? found[i].second : kNoId;
            out.distances[i] = i < kept ? found[i].first : std::numeric_limits<float>::infinity();
        }
        SearchStats stats;
        stats.distances = rows;
        stats.lists = std::uint64_t(params.get("nprobe", 1));
        stats.codes = rows;
        return stats;
    }

private:
    std::string m_spec;
    VectorSet m_base;
};

/// n vectors on a line-like cloud, every 40th of them a query, with the exact truth.
inline ui::DatasetPtr fakeDataset(std::size_t n = 2000, std::size_t dim = 4, std::size_t k = 10) {
    auto dataset = std::make_shared<Dataset>();
    dataset->name = "fashion-mnist";
    AlignedBuffer<float> values(n * dim), queries(n / 40 * dim);
    std::uint32_t state = 12345;
    for (std::size_t i = 0; i < n * dim; ++i) {
        state = state * 1664525u + 1013904223u;
        values.data()[i] = float(state >> 8) / 16777216.0f;
    }
    const std::size_t count = n / 40;
    for (std::size_t i = 0; i < count; ++i)
        std::copy_n(values.data() + i * 40 * dim, dim, queries.data() + i * dim);
    dataset->base = VectorSet::adopt(std::move(values), n, dim);
    dataset->queries = VectorSet::adopt(std::move(queries), count, dim);
    dataset->truth.queries = count;
    dataset->truth.k = k;
    const FakeIndex exact("Flat", dataset->base);
    dataset->truth.ids.resize(count * k);
    dataset->truth.distances.resize(count * k);
    Control control;
    control.threads = 1;
    (void)exact.search(dataset->queries.view<float>(), k, {{"nprobe", 64}},
                       {dataset->truth.ids, dataset->truth.distances}, control);
    return dataset;
}

inline ui::BuiltIndexPtr fakeIndex(qint64 id, const QString& title, int series, ui::DatasetPtr dataset) {
    auto built = std::make_shared<ui::BuiltIndex>();
    built->id = id;
    built->title = title;
    built->series = series;
    built->index = std::make_shared<FakeIndex>(title.toStdString(), dataset->base);
    built->dataset = std::move(dataset);
    return built;
}

/// A measured point with everything a view shows.
inline ui::Run fakeRun(ui::BuiltIndexPtr index, double nprobe, double recall, double qps) {
    ui::Run run;
    run.index = std::move(index);
    OperatingPoint& point = run.point;
    point.params = {{"nprobe", nprobe}};
    point.k = 10;
    point.recall = recall;
    point.recall_p5 = std::max(0.0, recall - 0.15);
    point.qps = qps;
    point.qps_spread = 0.02;
    point.latency = {1e6 / qps, 0.95e6 / qps, 1.4e6 / qps, 1.8e6 / qps};
    point.queries = 10000;
    point.stats = {std::uint64_t(12'345'678 * nprobe), 0, std::uint64_t(10000 * nprobe), 5'000'000};
    point.repeats = 3;
    for (int i = 0; i < 1000; ++i)
        point.recall_per_query.push_back(float(std::clamp(recall + 0.1 * std::sin(i * 1.7), 0.0, 1.0)));
    return run;
}

/// Three indexes with realistic curves and some dominated points, as from fashion-mnist.
inline std::vector<ui::Run> fakeCurves(const ui::DatasetPtr& dataset, int points = 15) {
    std::vector<ui::Run> runs;
    const std::array indexes{fakeIndex(1, QStringLiteral("IVF1024,Flat"), 0, dataset),
                             fakeIndex(2, QStringLiteral("Vamana64|Lbuild=125,alpha=1.2"), 1, dataset),
                             fakeIndex(3, QStringLiteral("IVF256,Flat"), 2, dataset)};
    const std::array speed{14'000.0, 21'000.0, 7'500.0};
    const std::array start{0.58, 0.80, 0.72};
    const std::array fall{0.62, 0.42, 0.66};
    for (std::size_t s = 0; s < indexes.size(); ++s) {
        for (int i = 0; i < points; ++i) {
            const double t = double(i) / (points - 1);
            const double miss = (1 - start[s]) * std::pow(10.0, -3.4 * t);
            double recall = std::min(1.0, std::round((1 - miss) * 1e5) / 1e5);
            double qps = speed[s] * std::pow(10.0, -2.1 * fall[s] * t);
            if (i % 4 == 3)
                qps *= 0.8, recall -= 0.01 * (1 - t);
            if (s == 1 && i == points - 1)
                recall = 1.0;
            runs.push_back(fakeRun(indexes[s], std::max(1.0, std::round(std::pow(2.0, 6 * t))), recall, qps));
        }
    }
    return runs;
}

} // namespace annscope::test
