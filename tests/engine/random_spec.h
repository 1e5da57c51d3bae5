// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "index/index_spec.h"

#include <array>
#include <initializer_list>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace annscope::test {

/// Random trees over the whole grammar, as parse_spec would return them.
/// for_old_faiss: only what Faiss 1.7.3 knows, with numbers that fit 64 dimensions.
class RandomSpec {
public:
    RandomSpec(unsigned seed, bool for_old_faiss) : m_random(seed), m_old(for_old_faiss) {}

    IndexSpec make() { return {index(0, Allowed{})}; }

private:
    /// What may stand here without Faiss cutting the text at the wrong place (see the parser).
    struct Allowed {
        bool suffixes = true, transforms = true, refine = true, panorama = true, parentheses = true;
    };

    std::uint64_t pick(std::uint64_t below) {
        return std::uniform_int_distribution<std::uint64_t>(0, below - 1)(m_random);
    }
    bool coin(unsigned of = 2) { return pick(of) == 0; }
    template<class T>
    T any(std::initializer_list<T> values) {
        return values.begin()[pick(values.size())];
    }
    /// M of a quantiser, a dimension, a count.
    std::uint64_t m() { return m_old ? any<std::uint64_t>({2, 4, 8, 16, 32}) : 1 + pick(200); }
    std::uint64_t dim() { return m_old ? 64 : 1 + pick(2000); }
    std::uint64_t nbits() { return m_old ? 4 + pick(5) : 1 + pick(24); }
    std::uint64_t block() { return 32 * (1 + pick(4)); }
    std::uint64_t degree() { return 2 + pick(100); }

    static SpecNode node(std::string_view name, std::vector<std::uint64_t> numbers = {},
                         std::string suffix = {}, std::vector<SpecNode> children = {}) {
        return {std::string(name), std::move(numbers), std::move(suffix), std::move(children), 0};
    }

    SpecNode scalar() {
        if (m_old)
            return node(any<std::string_view>({"SQ4", "SQ6", "SQ8", "SQfp16"}));
        return node(any<std::string_view>(
            {"SQ0", "SQ4", "SQ8", "SQ6", "SQfp16", "SQbf16", "SQ8_direct_signed", "SQ8_direct", "SQtqmse1",
             "SQtqmse2", "SQtqmse3", "SQtqmse4", "SQtqmse8", "SQtq2", "SQtq3", "SQtq4", "SQtq5"}));
    }
    SpecNode pq(bool np = true) { return node("PQ", {m(), nbits()}, np && coin() ? "np" : ""); }
    SpecNode fast_pq(bool ivf) { return node("PQ", {m(), 4, block()}, ivf && coin() ? "fsr" : "fs"); }
    std::string norm() {
        return any<const char*>(
            {"", "_Nnone", "_Nfloat", "_Nqint8", "_Nqint4", "_Ncqint8", "_Ncqint4", "_Nlsq2x4", "_Nrq2x4"});
    }
    /// Norms that fast scan of Faiss 1.7.3 takes.
    std::string fast_norm() { return m_old ? any<const char*>({"_Nrq2x4", "_Nlsq2x4"}) : norm(); }

    SpecNode additive(bool ivf) {
        switch (pick(4)) {
        case 0: {
            SpecNode code = node(ivf || coin() ? (ivf ? any<const char*>({"RQ", "LSQ"}) : "RQ") : "LSQ");
            const std::size_t pairs = code.name == "LSQ" && (!ivf || m_old) ? 1 : 1 + pick(3);
            for (std::size_t i = 0; i < pairs; ++i) {
                code.numbers.push_back(1 + pick(8));
                code.numbers.push_back(m_old ? 4 + pick(3) : nbits());
            }
            code.suffix = norm();
            return code;
        }
        case 1:
            return node(any<const char*>({"PRQ", "PLSQ"}),
                        {any<std::uint64_t>({2, 4}), 1 + pick(4), 4 + pick(3)}, norm());
        case 2:
            return node(any<const char*>({"RQ", "LSQ"}), {any<std::uint64_t>({4, 8}), 4, block()},
                        (ivf && coin() ? "fsr" : "fs") + fast_norm());
        default:
            return node(any<const char*>({"PRQ", "PLSQ"}), {any<std::uint64_t>({2, 4}), 2, 4, block()},
                        (ivf && coin() ? "fsr" : "fs") + fast_norm());
        }
    }
    SpecNode new_code() {
        switch (pick(3)) {
        case 0:
            return node("RaBitQ", {1 + pick(9)});
        case 1:
            return node("RaBitQfs", {1 + pick(9), block()});
        default:
            return coin() ? node("EDEN")
                          : node("EDEN", {1 + pick(8)}, any<const char*>({"", "BIAS", "BIASED"}));
        }
    }
    SpecNode hash() {
        SpecNode rotation = node(any<const char*>({"ITQ", "PCA", "PCAR"}));
        if (coin())
            rotation.numbers.push_back(m_old ? 32 : dim());
        const std::string period = any<const char*>({"", "-1e10", "0.5", "12", "1e10"});
        return node("SH", {}, period + any<const char*>({"", "g", "c", "m"}), {rotation});
    }
    SpecNode ivf_code() {
        switch (pick(m_old ? 7 : 9)) {
        case 0:
            return node("Flat");
        case 1:
            return node("FlatDedup");
        case 2:
            return scalar();
        case 3:
            return coin() ? pq() : fast_pq(true);
        case 4:
            return node("PQR", {m(), m()});
        case 5:
            return additive(true);
        case 6:
            return hash();
        case 7:
            return node("FlatPanorama", {1 + pick(20), any<std::uint64_t>({1024, 512})});
        default:
            return new_code();
        }
    }
    SpecNode graph(std::string_view name) {
        SpecNode graph = node(name, {degree()});
        const bool hnsw = name == "HNSW";
        switch (pick(hnsw && !m_old ? 6 : 4)) {
        case 0:
            break;
        case 1:
            graph.children.push_back(scalar());
            break;
        case 2:
            graph.children.push_back(m_old ? node("PQ", {m(), 8}, any<const char*>({"", "np"})) : pq());
            break;
        case 3:
            if (hnsw)
                graph.children.push_back(coin() ? node("2Level", {1 + pick(1000), m()})
                                                : node("2LevelIMI", {1 + pick(8), m()}));
            break;
        default:
            graph.children.push_back(node("FlatPanorama", {1 + pick(20)}));
        }
        return graph;
    }
    SpecNode svs() {
        SpecNode svs = node(any<const char*>({"SVSFlat", "SVSVamana", "SVSIVF"}));
        if (svs.name == "SVSFlat")
            return svs;
        svs.numbers.push_back(degree());
        if (coin())
            svs.children.push_back(
                node(any<const char*>({"FP16", "SQ8", "LVQ4x0", "LVQ4x4", "LVQ4x8", "LVQ8x0"})));
        else if (coin())
            svs.children.push_back(
                node(any<const char*>({"LeanVec4x4", "LeanVec4x8", "LeanVec8x8"}),
                     coin() ? std::vector<std::uint64_t>{dim()} : std::vector<std::uint64_t>{}));
        return svs;
    }
    SpecNode ivf(int depth, Allowed allowed) {
        SpecNode ivf = node("IVF", {1 + pick(5000)}, "", {ivf_code()});
        switch (pick(5)) {
        case 0:
            ivf.children.push_back(node("HNSW", {degree()}));
            break;
        case 1:
            ivf.children.push_back(node("NSG", {degree()}));
            break;
        case 2:
            if (!m_old)
                ivf.children.push_back(
                    node("SVSVamana", coin() ? std::vector<std::uint64_t>{} : std::vector<std::uint64_t>{64},
                         any<const char*>({"_SQ8", "_FP16", "_FP32"})));
            break;
        case 3: {
            if (!allowed.parentheses)
                break;
            allowed.suffixes = allowed.transforms = true;
            SpecNode coarse = index(depth + 1, allowed);
            if (!(coarse == node("Flat")))
                ivf.children.push_back(std::move(coarse));
            break;
        }
        default:
            break;
        }
        return ivf;
    }
    SpecNode basic(int depth, Allowed allowed) {
        switch (pick(m_old ? 9 : 16)) {
        case 0:
            return node("Flat");
        case 1:
            return m_old || coin() ? node("LSH", {}, any<const char*>({"", "r", "t", "rt"}))
                                   : node("LSH", {64}, "rt");
        case 2:
            return node("ZnLattice", {any<std::uint64_t>({2, 4}), 10, 6});
        case 3:
            return scalar();
        case 4:
            return coin() ? pq() : fast_pq(false);
        case 5:
            return additive(false);
        case 6:
            return graph("HNSW");
        case 7:
            return graph("NSG");
        case 8:
            return depth < 3 ? ivf(depth, allowed) : node("Flat");
        case 9:
            return node("IMI", {2, 1 + pick(8)}, "", {ivf_code()});
        case 10:
            return coin() ? node("Residual", {1 + pick(6), 1 + pick(8)}, "", {pq(false)})
                          : node("Residual", {1 + pick(1000)}, "", {pq(false)});
        case 11:
            return svs();
        case 12:
            return new_code();
        case 13:
            return node(any<const char*>({"FlatL2Panorama", "FlatIPPanorama"}),
                        {1 + pick(20), any<std::uint64_t>({1024, 256})});
        case 14:
            return node(any<const char*>({"RCQ", "LSCQ"}), {1 + pick(4), 1 + pick(12)}, norm());
        default: {
            SpecNode ours = node("Vamana", {1 + pick(200)});
            if (coin(3))
                return node("DiskANN", {1 + pick(200)}, "", {pq()});
            if (coin())
                ours.children.push_back(coin() ? pq() : scalar());
            return ours;
        }
        }
    }
    SpecNode transform() {
        switch (pick(m_old ? 5 : 7)) {
        case 0:
            return node(any<const char*>({"PCA", "PCAW", "PCAR", "PCAWR"}), {dim()});
        case 1:
            return node("L2norm");
        case 2:
            return coin() ? node("RR") : node("RR", {dim()});
        case 3:
            return coin() ? node("ITQ") : node("ITQ", {dim()});
        case 4: {
            const std::uint64_t parts = m();
            return coin() ? node("OPQ", {parts}) : node("OPQ", {parts, m_old ? 64 : parts * (1 + pick(10))});
        }
        case 5:
            return node("Pad", {dim()});
        default:
            return coin() ? node("HR") : node("HR", {pick(1000)});
        }
    }
    SpecNode refine(int depth, Allowed allowed) {
        if (allowed.panorama && !m_old && coin(4)) {
            Allowed inner{.panorama = false};
            inner.refine = allowed.refine;
            Allowed base = allowed;
            base.suffixes = base.transforms = true;
            return node("RefinePanorama", {}, "", {index(depth + 1, base), index(depth + 1, inner)});
        }
        Allowed base = allowed;
        base.suffixes = base.transforms = true;
        if (!allowed.refine || coin())
            return node("RFlat", {}, "", {index(depth + 1, base)});
        base.panorama = false;
        return node("Refine", {}, "",
                    {index(depth + 1, base), index(depth + 1, {.refine = false, .panorama = false})});
    }
    SpecNode index(int depth, Allowed allowed) {
        if (depth > 3)
            return coin() ? node("Flat") : pq();
        switch (pick(9)) {
        case 0: {
            // Faiss 1.7.3 cuts parentheses before IDMap, and then cannot read them.
            SpecNode inner = m_old ? graph("HNSW") : index(depth + 1, allowed);
            return node(any<const char*>({"IDMap", "IDMap2"}), {}, "", {std::move(inner)});
        }
        case 1:
        case 2:
            if (!allowed.suffixes)
                break;
            return refine(depth, allowed);
        case 3: {
            if (!allowed.transforms)
                break;
            SpecNode chain = node("PreTransform");
            for (std::uint64_t i = 0; i <= pick(3); ++i)
                chain.children.push_back(transform());
            Allowed rest = allowed;
            rest.suffixes = rest.transforms = false;
            chain.children.push_back(index(depth + 1, rest));
            return chain;
        }
        case 4: {
            Allowed rest = allowed;
            rest.suffixes = rest.parentheses = false;
            rest.transforms = true;
            return node(any<const char*>({"MinMax", "MinMaxFP16"}), {}, "", {index(depth + 1, rest)});
        }
        default:
            break;
        }
        return basic(depth, allowed);
    }

    std::mt19937 m_random;
    bool m_old;
};

} // namespace annscope::test
