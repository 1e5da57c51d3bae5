// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

namespace annscope::bench {

/// hnswlib behind a wall: its header is compiled in one file with -O3 -march=native, as its users build it.
/// L2; labels are row numbers.
class HnswlibPeer {
public:
    HnswlibPeer();
    ~HnswlibPeer();
    HnswlibPeer(const HnswlibPeer&) = delete;
    HnswlibPeer& operator=(const HnswlibPeer&) = delete;

    /// data: n x dim, dense; copied. Insertion by the given number of threads. May throw what hnswlib throws.
    void build(const float* data, std::size_t n, std::size_t dim, std::size_t m, std::size_t ef_construction,
               int threads);
    /// ids: k of them, nearest first; -1 where fewer were found. One thread.
    void search(const float* query, std::size_t k, std::size_t ef, std::int64_t* ids);

private:
    struct Graph;
    std::unique_ptr<Graph> m_graph;
};

} // namespace annscope::bench
