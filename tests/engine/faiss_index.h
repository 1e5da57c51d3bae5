// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "faiss_file.h"

#include <limits>
#include <memory>
#include <string>
#include <vector>

namespace annscope::test {

/// A vector transform of a Faiss file, after its tag: LTra rrot Pcam Viqm RmDT VNrm VCnt HRot.
struct FaissTransform {
    std::string tag;
    std::int32_t d_in = 0, d_out = 0;
    bool has_bias = false;
    std::vector<float> matrix, bias;            ///< d_out x d_in; d_out
    std::vector<float> mean, eigenvalues, axes; ///< of Pcam
    float eigen_power = 0, epsilon = 0, norm = 0;
    std::vector<std::int32_t> map; ///< of RmDT
    std::uint32_t seed = 0;        ///< of HRot
};

struct FaissPq {
    std::uint64_t d = 0, M = 0, nbits = 0;
    std::vector<float> centroids; ///< M x 2^nbits x d/M

    std::uint64_t code_size() const { return (M * nbits + 7) / 8; }
};

struct FaissSq {
    std::uint32_t type = 0;
    std::uint64_t d = 0, code_size = 0;
    std::vector<float> trained; ///< vmin, then vdiff
};

/// What a Faiss file holds, fields as in the file; which of them, tag tells.
struct FaissIndex {
    std::string tag;
    std::int32_t d = 0, metric = 1;
    std::int64_t ntotal = 0;
    bool trained = false;

    std::vector<float> vectors;      ///< IxF2, IxFI
    std::vector<std::uint8_t> codes; ///< IxPq, IxSQ; IPfs: packed
    FaissPq pq;
    FaissSq sq;

    std::uint64_t nlist = 0, nprobe = 0, code_size = 0;
    bool by_residual = false;
    std::vector<std::vector<std::uint8_t>> list_codes; ///< IwPf: packed
    std::vector<std::vector<std::int64_t>> list_ids;
    std::int32_t block = 0; ///< vectors of a fast-scan block
    std::uint64_t M2 = 0;   ///< M rounded up to even

    std::vector<FaissTransform> chain;  ///< IxPT
    std::vector<std::int64_t> id_map;   ///< IxMp, IxM2
    float k_factor = 0;                 ///< IxRF
    std::unique_ptr<FaissIndex> coarse; ///< of an inverted file
    std::unique_ptr<FaissIndex> inner;  ///< what IxPT, IxRF and IxMp stand around
    std::unique_ptr<FaissIndex> refine; ///< IxRF
};

/// Reads flat, PQ, SQ, fast-scan and inverted-file indexes and what stands around them. Where something is
/// wrong (another tag, a size that cannot be, too short), good() is false and error() says where.
class FaissIndexReader {
public:
    explicit FaissIndexReader(FaissFile file) : m_file(std::move(file)) { m_index = index(0); }

    bool good() const { return m_error.empty() && m_file.at_end(); }
    QString error() const {
        return QString::fromStdString(m_error.empty() && !m_file.at_end() ? "bytes behind the index"
                                                                          : m_error);
    }
    const FaissIndex& get() const { return *m_index; }

private:
    static constexpr int kDepth = 8;

    bool check(bool right, const char* what) {
        if (m_error.empty() && (!right || !m_file.good()))
            m_error = std::string(what) + (m_file.good() ? "" : ": the file is cut") + " at byte " +
                      std::to_string(m_file.position());
        return m_error.empty();
    }
    std::string tag() {
        const auto four = m_file.some<char>(4);
        return {four.begin(), four.end()};
    }
    bool flag() {
        const auto byte = m_file.one<std::uint8_t>();
        check(byte <= 1, "a truth value that is neither 0 nor 1");
        return byte == 1;
    }
    static bool is_power(std::uint64_t bits) { return bits >= 1 && bits <= 24; }

    std::unique_ptr<FaissIndex> index(int depth) {
        auto out = std::make_unique<FaissIndex>();
        FaissIndex& i = *out;
        i.tag = tag();
        if (!check(depth < kDepth, "indexes inside each other"))
            return out;
        header(i);
        if (!m_error.empty())
            return out;
        if (i.tag == "IxF2" || i.tag == "IxFI")
            flat(i);
        else if (i.tag == "IxPq")
            pq_flat(i);
        else if (i.tag == "IPfs")
            fastscan_flat(i);
        else if (i.tag == "IxSQ")
            sq_flat(i);
        else if (i.tag == "IwFl" || i.tag == "IwSq" || i.tag == "IwPQ" || i.tag == "IwPf")
            inverted_file(i, depth);
        else if (i.tag == "IxPT" || i.tag == "IxRF" || i.tag == "IxMp" || i.tag == "IxM2")
            around(i, depth);
        else
            check(false, "an index of another kind");
        return out;
    }

    void header(FaissIndex& i) {
        i.d = m_file.one<std::int32_t>();
        i.ntotal = m_file.one<std::int64_t>();
        m_file.some<std::int64_t>(2);
        i.trained = flag();
        i.metric = m_file.one<std::int32_t>();
        check(i.d > 0 && i.d <= 1 << 20 && i.ntotal >= 0 && i.ntotal <= std::int64_t{1} << 32, "a header");
        check(i.metric == 0 || i.metric == 1, "another metric");
    }
    std::uint64_t d(const FaissIndex& i) const { return static_cast<std::uint64_t>(i.d); }
    std::uint64_t n(const FaissIndex& i) const { return static_cast<std::uint64_t>(i.ntotal); }

    void flat(FaissIndex& i) {
        i.vectors = m_file.many<float>();
        check(i.vectors.size() == n(i) * d(i), "the vectors");
    }
    void pq(FaissIndex& i) {
        FaissPq& q = i.pq;
        q.d = m_file.one<std::uint64_t>();
        q.M = m_file.one<std::uint64_t>();
        q.nbits = m_file.one<std::uint64_t>();
        if (!check(q.d == d(i) && q.M > 0 && q.d % q.M == 0 && is_power(q.nbits), "a product quantiser"))
            return;
        q.centroids = m_file.many<float>();
        check(q.centroids.size() == q.d << q.nbits, "the codebook");
    }
    void sq(FaissIndex& i) {
        FaissSq& q = i.sq;
        q.type = m_file.one<std::uint32_t>();
        m_file.one<std::uint32_t>();
        m_file.one<float>();
        q.d = m_file.one<std::uint64_t>();
        q.code_size = m_file.one<std::uint64_t>();
        q.trained = m_file.many<float>();
        static constexpr int kBits[] = {8, 4, 8, 4, 16, 8, 6, 16, 8};
        if (!check(q.d == d(i) && q.type < std::size(kBits), "a scalar quantiser"))
            return;
        const std::uint64_t bits = static_cast<std::uint64_t>(kBits[q.type]);
        const std::uint64_t ranges = q.type == 2 || q.type == 3   ? 2
                                     : q.type <= 1 || q.type == 6 ? 2 * q.d
                                                                  : 0;
        check(q.code_size == (q.d * bits + 7) / 8 && q.trained.size() == ranges, "the ranges");
    }
    void pq_flat(FaissIndex& i) {
        pq(i);
        i.codes = m_file.many<std::uint8_t>();
        check(i.codes.size() == n(i) * i.pq.code_size(), "the codes");
        m_file.one<std::uint32_t>(); // kind of search
        flag();                      // signs
        m_file.one<std::int32_t>();  // polysemous
        check(true, "the end of PQ");
    }
    void fastscan_flat(FaissIndex& i) {
        pq(i);
        m_file.one<std::int32_t>(); // implementation
        i.block = m_file.one<std::int32_t>();
        m_file.one<std::int32_t>(); // queries at once
        const auto padded = m_file.one<std::uint64_t>();
        i.M2 = m_file.one<std::uint64_t>();
        if (!check_blocks(i))
            return;
        const auto block = static_cast<std::uint64_t>(i.block);
        check(padded == (n(i) + block - 1) / block * block, "the padded number of codes");
        i.codes = m_file.many<std::uint8_t>();
        check(i.codes.size() == padded * i.M2 / 2, "the packed codes");
    }
    bool check_blocks(const FaissIndex& i) {
        return check(i.block > 0 && i.block % 32 == 0 && i.M2 == (i.pq.M + 1) / 2 * 2 && i.pq.nbits == 4,
                     "the shape of the blocks");
    }
    void sq_flat(FaissIndex& i) {
        sq(i);
        i.codes = m_file.many<std::uint8_t>();
        check(i.codes.size() == n(i) * i.sq.code_size, "the codes");
    }

    void inverted_file(FaissIndex& i, int depth) {
        i.nlist = m_file.one<std::uint64_t>();
        i.nprobe = m_file.one<std::uint64_t>();
        i.coarse = index(depth + 1);
        if (!check(i.nlist > 0 && n(*i.coarse) == i.nlist && i.coarse->d == i.d, "the coarse quantiser"))
            return;
        const auto map = m_file.one<std::uint8_t>();
        const auto direct = m_file.many<std::int64_t>();
        if (!check(map <= 1 && (direct.empty() || direct.size() == n(i)), "the direct map"))
            return;
        if (i.tag == "IwFl") {
            i.code_size = d(i) * sizeof(float);
        } else if (i.tag == "IwSq") {
            sq(i);
            i.code_size = m_file.one<std::uint64_t>();
            i.by_residual = flag();
            check(i.code_size == i.sq.code_size, "the size of a code");
        } else {
            i.by_residual = flag();
            i.code_size = m_file.one<std::uint64_t>();
            if (i.tag == "IwPf") {
                i.block = m_file.one<std::int32_t>();
                i.M2 = m_file.one<std::uint64_t>();
                m_file.one<std::int32_t>();  // implementation
                m_file.one<std::uint64_t>(); // queries at once
            }
            pq(i);
            check(i.code_size == i.pq.code_size(), "the size of a code");
        }
        if (m_error.empty())
            lists(i);
    }
    void lists(FaissIndex& i) {
        const std::string form = tag();
        const auto nlist = m_file.one<std::uint64_t>(), code_size = m_file.one<std::uint64_t>();
        if (!check(nlist == i.nlist, "the number of lists"))
            return;
        if (form == "ilbl" && i.tag == "IwPf")
            block_lists(i);
        else if (check(form == "ilar" && code_size == i.code_size && i.tag != "IwPf",
                       "the form of the lists"))
            array_lists(i);
        std::uint64_t total = 0;
        for (const auto& ids : i.list_ids)
            total += ids.size();
        check(total == n(i), "the sizes of the lists");
    }
    void block_lists(FaissIndex& i) {
        const auto per_block = m_file.one<std::uint64_t>(), bytes = m_file.one<std::uint64_t>();
        if (!check_blocks(i) ||
            !check(per_block == static_cast<std::uint64_t>(i.block) && bytes == per_block * i.M2 / 2,
                   "the size of a block"))
            return;
        for (std::uint64_t l = 0; l < i.nlist && m_error.empty(); ++l) {
            i.list_ids.push_back(m_file.many<std::int64_t>());
            i.list_codes.push_back(m_file.many<std::uint8_t>());
            check(i.list_codes.back().size() ==
                      (i.list_ids.back().size() + per_block - 1) / per_block * bytes,
                  "the codes of a list");
        }
    }
    void array_lists(FaissIndex& i) {
        const std::string form = tag();
        std::vector<std::uint64_t> sizes = m_file.many<std::uint64_t>();
        if (!check(form == "full" || form == "sprs", "the sizes of the lists"))
            return;
        if (form == "sprs") {
            std::vector<std::uint64_t> all(i.nlist);
            for (std::size_t s = 0; s + 1 < sizes.size(); s += 2)
                if (check(sizes[s] < i.nlist, "the number of a list"))
                    all[sizes[s]] = sizes[s + 1];
            sizes = std::move(all);
        }
        if (!check(sizes.size() == i.nlist, "the sizes of the lists"))
            return;
        for (const std::uint64_t size : sizes) {
            if (!check(size <= n(i), "the size of a list"))
                return;
            i.list_codes.push_back(m_file.some<std::uint8_t>(size * i.code_size));
            i.list_ids.push_back(m_file.some<std::int64_t>(size));
        }
    }

    void around(FaissIndex& i, int depth) {
        if (i.tag == "IxPT") {
            const auto count = m_file.one<std::int32_t>();
            if (!check(count >= 0 && count <= 64, "the number of transforms"))
                return;
            std::int32_t dim = i.d;
            for (std::int32_t t = 0; t < count && m_error.empty(); ++t) {
                i.chain.push_back(transform());
                check(i.chain.back().d_in == dim, "transforms that do not join");
                dim = i.chain.back().d_out;
            }
            i.inner = index(depth + 1);
            check(i.inner->d == dim, "the index behind the transforms");
            return;
        }
        i.inner = index(depth + 1);
        if (i.tag == "IxRF") {
            i.refine = index(depth + 1);
            i.k_factor = m_file.one<float>();
            check(i.refine->d == i.d && i.refine->ntotal == i.ntotal && i.k_factor >= 1 && i.k_factor <= 1000,
                  "the refinement");
        } else {
            i.id_map = m_file.many<std::int64_t>();
            check(i.id_map.size() == n(i), "the map of ids");
        }
        check(i.inner->d == i.d && i.inner->ntotal == i.ntotal, "the index inside");
    }
    FaissTransform transform() {
        FaissTransform t;
        t.tag = tag();
        if (t.tag == "Pcam") {
            t.eigen_power = m_file.one<float>();
            t.epsilon = m_file.one<float>();
            flag();
            m_file.one<std::int32_t>(); // bins
            t.mean = m_file.many<float>();
            t.eigenvalues = m_file.many<float>();
            t.axes = m_file.many<float>();
        } else if (t.tag == "Viqm") {
            m_file.some<std::int32_t>(2); // rounds, seed
        } else if (t.tag == "RmDT") {
            t.map = m_file.many<std::int32_t>();
        } else if (t.tag == "VNrm") {
            t.norm = m_file.one<float>();
        } else if (t.tag == "VCnt") {
            t.mean = m_file.many<float>();
        } else if (t.tag == "HRot") {
            t.seed = m_file.one<std::uint32_t>();
        } else if (!check(t.tag == "LTra" || t.tag == "rrot", "a transform of another kind")) {
            return t;
        }
        const bool linear = t.tag == "LTra" || t.tag == "rrot" || t.tag == "Pcam" || t.tag == "Viqm";
        if (linear) {
            t.has_bias = flag();
            t.matrix = m_file.many<float>();
            t.bias = m_file.many<float>();
        }
        t.d_in = m_file.one<std::int32_t>();
        t.d_out = m_file.one<std::int32_t>();
        check(flag() && t.d_in > 0 && t.d_out > 0 && t.d_in <= 1 << 20 && t.d_out <= 1 << 20, "a transform");
        const auto out = static_cast<std::uint64_t>(t.d_out);
        if (linear)
            check(t.matrix.size() == out * static_cast<std::uint64_t>(t.d_in) &&
                      t.bias.size() == (t.has_bias ? out : 0),
                  "the matrix");
        return t;
    }

    FaissFile m_file;
    std::unique_ptr<FaissIndex> m_index;
    std::string m_error;
};

/// The 4-bit numbers of vector i in Faiss's fast-scan blocks (formats.md 2.3), two to a byte, the first in
/// the low half: what a plain 4-bit product code looks like.
inline std::vector<std::uint8_t> faiss_unpacked(const std::vector<std::uint8_t>& packed, std::size_t M2,
                                                std::size_t block, std::size_t i) {
    static constexpr std::size_t kPlaces[] = {0, 8, 1, 9, 2, 10, 3, 11, 4, 12, 5, 13, 6, 14, 7, 15};
    const std::size_t groups = block / 32, group = i % block / 32, v = i % 32;
    std::size_t place = 0;
    while (kPlaces[place] != v % 16)
        ++place;
    std::vector<std::uint8_t> code(M2 / 2);
    for (std::size_t pair = 0; pair < M2 / 2; ++pair) {
        const std::size_t at = i / block * block * M2 / 2 + (pair * groups + group) * 32 + place;
        const auto number = [&](std::size_t byte) {
            return static_cast<unsigned>(v < 16 ? packed[byte] & 15 : packed[byte] >> 4);
        };
        code[pair] = static_cast<std::uint8_t>(number(at) | number(at + 16) << 4);
    }
    return code;
}

} // namespace annscope::test
