// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

namespace annscope::bench {

/// hnswlib behind a wall: its header is compiled in one file with -O3 -march=native, as its users build it.
/// L2; labels are row numbers. build, save and load may throw what hnswlib throws.
class HnswlibPeer {
public:
    HnswlibPeer();
    ~HnswlibPeer();
    HnswlibPeer(const HnswlibPeer&) = delete;
    HnswlibPeer& operator=(const HnswlibPeer&) = delete;

    /// data: n x dim, dense; copied. Insertion by the given number of threads.
    void build(const float* data, std::size_t n, std::size_t dim, std::size_t m, std::size_t ef_construction,
               int threads);
    void save(const std::string& path) const;
    /// Of vectors with that many dimensions, all that the file holds.
    void load(const std::string& path, std::size_t dim);

    struct Counts {
        std::uint64_t hops = 0;
        std::uint64_t links = 0; ///< followed, also to nodes that were seen before: more than distances
    };
    /// ids, distances: k of them, nearest first; -1 where fewer were found. One thread.
    Counts search(const float* query, std::size_t k, std::size_t ef, std::int64_t* ids, float* distances);

    std::size_t size() const noexcept;
    /// Of vectors and links, without locks and lists of visited nodes.
    std::uint64_t bytes() const noexcept;

private:
    struct Graph;
    std::unique_ptr<Graph> m_graph;
};

} // namespace annscope::bench
