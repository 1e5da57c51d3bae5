// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/random.h"
#include "core/topk.h"
#include "index/index.h"
#include "index/kind.h"
#include "spec/builder.h"
#include "spec/parser.h"

#include <cmath>
#include <string>
#include <vector>

namespace annscope::test {

inline VectorSet floats(const std::vector<float>& values, std::size_t rows, std::size_t dim) {
    return VectorSet::copy(VectorView(values.data(), rows, dim));
}

template<class T, class Convert>
VectorSet converted(const std::vector<float>& values, std::size_t rows, std::size_t dim, Convert convert) {
    AlignedBuffer<T> out(rows * dim);
    for (std::size_t i = 0; i < rows * dim; ++i)
        out[i] = convert(values[i]);
    return VectorSet::adopt(std::move(out), rows, dim);
}

/// Points around 12 centres in the range of the type; f32 and f16 are not whole numbers.
inline VectorSet random_set(ElementType type, std::size_t rows, std::size_t dim, std::uint64_t seed) {
    Random centres(7), random(seed);
    std::vector<float> middle(12 * dim), values(rows * dim);
    for (float& v : middle)
        v = static_cast<float>(60 * (centres.uniform() - 0.5));
    for (std::size_t i = 0; i < rows; ++i) {
        const std::size_t centre = random.below(12);
        for (std::size_t j = 0; j < dim; ++j)
            values[i * dim + j] = middle[centre * dim + j] + static_cast<float>(12 * random.normal());
    }
    const auto clamp = [](float v, float low, float high) { return std::min(std::max(v, low), high); };
    switch (type) {
    case ElementType::F16:
        return converted<Half>(values, rows, dim, [](float v) { return float_to_half(v); });
    case ElementType::U8:
        return converted<std::uint8_t>(values, rows, dim, [&](float v) {
            return static_cast<std::uint8_t>(clamp(std::round(v) + 100, 0, 255));
        });
    case ElementType::I8:
        return converted<std::int8_t>(values, rows, dim, [&](float v) {
            return static_cast<std::int8_t>(clamp(std::round(v), -128, 127));
        });
    case ElementType::F32:
        break;
    }
    return floats(values, rows, dim);
}

/// The distance in this program's convention, in double.
inline double oracle_distance(const VectorSet& base, std::size_t row, const float* query, Metric metric) {
    std::vector<float> x(base.dim());
    base.copy_row(row, x.data());
    double l2 = 0, ip = 0, xx = 0, qq = 0;
    for (std::size_t j = 0; j < x.size(); ++j) {
        const double a = x[j], b = query[j];
        l2 += (a - b) * (a - b);
        ip += a * b;
        xx += a * a;
        qq += b * b;
    }
    if (metric == Metric::L2)
        return l2;
    return metric == Metric::InnerProduct ? -ip : xx > 0 && qq > 0 ? -ip / std::sqrt(xx * qq) : 0.0;
}

/// The k-th smallest distance from the query to the base, by looking at all.
inline double oracle_kth(const VectorSet& base, const float* query, Metric metric, std::size_t k) {
    std::vector<double> all(base.size());
    for (std::size_t i = 0; i < all.size(); ++i)
        all[i] = oracle_distance(base, i, query, metric);
    std::nth_element(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(k - 1), all.end());
    return all[k - 1];
}

struct Answer {
    std::vector<Id> ids;
    std::vector<float> distances;
    SearchStats stats;
    friend bool operator==(const Answer& a, const Answer& b) {
        return a.ids == b.ids && a.distances == b.distances;
    }
    SearchOutput output() { return {ids, distances}; }
    static Answer sized(std::size_t n) { return {std::vector<Id>(n), std::vector<float>(n), {}}; }
};

/// Asserts in the caller's test by returning an error instead of an answer.
inline Result<Answer> search(const Index& index, const VectorSet& queries, std::size_t k,
                             const SearchParams& params, int threads = 1) {
    Answer answer = Answer::sized(queries.size() * k);
    Control control;
    control.threads = threads;
    ANNSCOPE_ASSIGN(answer.stats, index.search(queries.view<float>(), k, params, answer.output(), control));
    return answer;
}

/// Mean share of the returned that are at most as far as the true k-th.
inline double recall_of(const Answer& answer, const VectorSet& base, const VectorSet& queries, Metric metric,
                        std::size_t k) {
    std::size_t found = 0;
    for (std::size_t q = 0; q < queries.size(); ++q) {
        const float* query = queries.view<float>().row(q);
        const double kth = oracle_kth(base, query, metric, k);
        for (std::size_t i = 0; i < k; ++i) {
            const Id id = answer.ids[q * k + i];
            if (id != kNoId && oracle_distance(base, static_cast<std::size_t>(id), query, metric) <=
                                   kth + 1e-5 * std::abs(kth) + 1e-9)
                ++found;
        }
    }
    return static_cast<double>(found) / static_cast<double>(queries.size() * k);
}

/// factory: or FACTORY|BUILD, to which build is added.
inline Configuration configuration(std::string_view factory, ParamSet build = {}) {
    const auto line = parse_configuration(factory);
    Configuration made = line ? *line : Configuration{};
    for (const auto& [name, value] : build.values())
        made.build.set(name, value);
    return made;
}

inline Result<std::unique_ptr<Index>> build(std::string_view factory, const VectorSet& base, Metric metric,
                                            ParamSet params = {}, int threads = 1) {
    Control control;
    control.threads = threads;
    return build_and_fill(configuration(factory, std::move(params)), base, metric, 1234, control);
}

/// The setting of an index that is nearly or fully exact on small sets.
inline SearchParams thorough(const Index& index) {
    SearchParams params;
    for (const ParamInfo& info : index.search_params())
        params.set(std::string(info.name), std::min(info.max, 300.0));
    return params;
}

} // namespace annscope::test
