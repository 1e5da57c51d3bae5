// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "faiss_parts.h"
#include "index_fixture.h"
#include "quant/fastscan.h"

#include <cmath>

namespace annscope::test {

constexpr std::size_t kNeighbors = 10;
constexpr double kRounding = 1e-5;

/// Rows as the codes see them: through the transforms, in double.
inline std::vector<float> transformed(const FaissIndex& index, const VectorSet& rows) {
    std::vector<float> all(rows.view<float>().row(0), rows.view<float>().row(0) + rows.size() * rows.dim());
    for (const FaissTransform& t : index.chain) {
        if (t.tag == "VNrm") {
            for (std::size_t i = 0; i < rows.size(); ++i)
                normalize(all.data() + i * static_cast<std::size_t>(t.d_in),
                          static_cast<std::size_t>(t.d_in));
            continue;
        }
        const auto in = static_cast<std::size_t>(t.d_in), out = static_cast<std::size_t>(t.d_out);
        std::vector<float> next(rows.size() * out);
        for (std::size_t i = 0; i < rows.size(); ++i)
            for (std::size_t a = 0; a < out; ++a) {
                double sum = t.has_bias ? t.bias[a] : 0.0;
                if (!t.map.empty())
                    sum = t.map[a] < 0 ? 0.0 : all[i * in + static_cast<std::size_t>(t.map[a])];
                for (std::size_t b = 0; b < in && t.map.empty(); ++b)
                    sum += static_cast<double>(t.matrix[a * in + b]) * all[i * in + b];
                next[i * out + a] = static_cast<float>(sum);
            }
        all = std::move(next);
    }
    return all;
}

inline double squared_distance(const float* a, const float* b, std::size_t d) {
    double sum = 0;
    for (std::size_t j = 0; j < d; ++j)
        sum += (static_cast<double>(a[j]) - b[j]) * (static_cast<double>(a[j]) - b[j]);
    return sum;
}

inline bool close(double a, double b, double tolerance) {
    return std::abs(a - b) <= tolerance * std::max(std::abs(a), std::abs(b));
}

/// Codes of our own index, in the layout of Faiss; theirs: the index that it was made from.
inline CodesById our_codes(const Index& index, const FaissIndex& whole) {
    std::string prefix;
    const FaissIndex& theirs = coded(whole, &prefix);
    SectionWriter saved;
    const auto n = static_cast<std::size_t>(theirs.ntotal), d = static_cast<std::size_t>(theirs.d);
    CodesById out;
    if (!index.save(saved))
        return out;
    const auto values = [&]<class T>(const char* tag, T) {
        const auto& bytes = saved.sections[prefix + tag];
        std::vector<T> all(bytes.size() / sizeof(T));
        if (!all.empty())
            std::memcpy(all.data(), bytes.data(), all.size() * sizeof(T));
        return all;
    };
    const auto offsets = values("offsets", std::uint64_t{});
    const auto ids = values("ids", std::uint32_t{});
    const auto codes = values("codes", std::uint8_t{});
    out.code_size = codes_of(theirs).code_size;
    out.codes.resize(n * out.code_size);
    out.cells.resize(n);
    // Product codes lie side by side, what belongs to them behind all; scalar codes have it behind each.
    const std::size_t stride = theirs.pq.M > 0 ? out.code_size : codes.size() / n;
    const FastScanLayout layout(theirs.pq.M);
    std::size_t cell = 0;
    for (std::size_t i = 0; i < n; ++i) {
        while (i >= offsets[cell + 1])
            ++cell;
        const std::size_t id = ids.empty() ? i : ids[i];
        out.cells[id] = cell;
        std::uint8_t* to = out.codes.data() + id * out.code_size;
        if (theirs.block > 0)
            layout.fetch(codes.data(), i, to);
        else if (theirs.tag == "IwFl" && stride == d * sizeof(std::uint8_t)) // kept as bytes
            for (std::size_t j = 0; j < d; ++j) {
                const auto value = static_cast<float>(codes[i * stride + j]);
                std::memcpy(to + j * sizeof value, &value, sizeof value);
            }
        else
            std::memcpy(to, codes.data() + i * stride, out.code_size);
    }
    return out;
}

/// Are two codes of one row equally near to it, or two cells? Says what differs, or nothing.
inline QString code_difference(const FaissIndex& index, const CodesById& theirs, const CodesById& ours,
                               std::size_t id, const float* row) {
    const auto d = static_cast<std::size_t>(index.d);
    if (theirs.cells[id] != ours.cells[id]) {
        const double a = squared_distance(row, index.coarse->vectors.data() + theirs.cells[id] * d, d);
        const double b = squared_distance(row, index.coarse->vectors.data() + ours.cells[id] * d, d);
        return close(a, b, kRounding) ? QString()
                                      : QString("vector %1: cells at %2 and %3").arg(id).arg(a).arg(b);
    }
    if (std::equal(theirs.code(id), theirs.code(id) + theirs.code_size, ours.code(id)))
        return {};
    if (index.pq.M == 0 && index.sq.d == 0)
        return QString("vector %1: other bytes").arg(id);
    // Other numbers are right where both stand for something equally near, up to float32 rounding of
    // |x|^2 - 2 x c + |c|^2.
    CodesById pair{theirs.code_size, {}, {theirs.cells[id], theirs.cells[id]}};
    pair.codes.assign(theirs.code(id), theirs.code(id) + theirs.code_size);
    pair.codes.insert(pair.codes.end(), ours.code(id), ours.code(id) + ours.code_size);
    const std::vector<float> both = decoded(index, pair);
    const std::size_t dsub = index.pq.M == 0 ? 1 : d / index.pq.M;
    for (std::size_t j = 0; j < d; j += dsub) {
        const double a = squared_distance(row + j, both.data() + j, dsub);
        const double b = squared_distance(row + j, both.data() + d + j, dsub);
        const std::vector<float> zero(dsub);
        const double size = squared_distance(row + j, zero.data(), dsub) + a + b;
        if (std::abs(a - b) > 1e-6 * size)
            return QString("vector %1, part %2: theirs at %3, ours at %4")
                .arg(id)
                .arg(j / dsub)
                .arg(a)
                .arg(b);
    }
    return {};
}

/// Ids may change places, and leave at the end, where their distances are equal up to the tolerance.
inline QString answer_difference(const Answer& ours, const FaissAnswer& theirs, std::size_t query,
                                 double tolerance) {
    const std::size_t first = query * kNeighbors;
    const double last = theirs.distances[first + kNeighbors - 1];
    for (std::size_t i = first; i < first + kNeighbors; ++i) {
        const double got = ours.distances[i], expected = theirs.distances[i];
        if (!close(got, expected, tolerance))
            return QString("query %1, rank %2: %3 against %4")
                .arg(query)
                .arg(i - first)
                .arg(got)
                .arg(expected);
        double rival = last;
        for (std::size_t j = first; j < first + kNeighbors; ++j)
            if (theirs.ids[j] == ours.ids[i])
                rival = theirs.distances[j];
        if (!close(got, rival, tolerance))
            return QString("query %1, rank %2: id %3 at %4, theirs is at %5")
                .arg(query)
                .arg(i - first)
                .arg(ours.ids[i])
                .arg(got)
                .arg(rival);
    }
    return {};
}

} // namespace annscope::test
