// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/matrix_view.h"
#include "core/types.h"
#include "simd/kernels.h"

#include <cstddef>
#include <cstdint>

namespace annscope {

/// Distances from one fixed query to base rows by number. The types are erased once per query, so that graph
/// search and pruning are compiled once and a batch of rows costs one indirect call. The views behind it must
/// outlive it.
class Scorer {
public:
    Scorer() = default;

    /// Squared L2, or minus the inner product for the other metrics.
    template<class Q, class X>
    Scorer(const Q* query, MatrixView<X> base, const simd::DistanceKernels<Q, X>& kernels,
           Metric metric) noexcept
        : Scorer(query, base, kernels, metric == Metric::L2 ? &l2<Q, X> : &negative_ip<Q, X>) {}

    using Call = void (*)(const Scorer&, const std::uint32_t*, std::size_t, float*) noexcept;
    /// Anything else that knows distances. base, row_bytes: what to prefetch of a row; 0: nothing.
    Scorer(void* context, Call call, const void* base, std::size_t row_bytes) noexcept
        : m_call(call), m_context(context), m_base(static_cast<const std::byte*>(base)),
          m_row_bytes(row_bytes) {}
    void* context() const noexcept { return m_context; }

    /// Squared L2 between vectors lifted by one more coordinate, which makes them all equally long (see
    /// NodeSpace). lifts: one a row; lift: the query's; length: the squared length of all.
    template<class Q, class X>
    static Scorer lifted(const Q* query, MatrixView<X> base, const simd::DistanceKernels<Q, X>& kernels,
                         const float* lifts, float lift, float length) noexcept {
        Scorer scorer(query, base, kernels, &lifted_l2<Q, X>);
        scorer.m_lifts = lifts;
        scorer.m_lift = lift;
        scorer.m_length = length;
        return scorer;
    }

    /// out[i]: distance to row ids[i].
    void operator()(const std::uint32_t* ids, std::size_t n, float* out) const noexcept {
        m_call(*this, ids, n, out);
    }
    float operator()(std::uint32_t id) const noexcept {
        float out;
        m_call(*this, &id, 1, &out);
        return out;
    }
    /// Asks for the first bytes of a row.
    void prefetch(std::uint32_t id, std::size_t lines) const noexcept {
        const std::byte* row = m_base + id * m_row_bytes;
        for (std::size_t i = 0; i < lines; ++i)
            __builtin_prefetch(row + i * 64);
    }
    std::size_t row_bytes() const noexcept { return m_row_bytes; }

private:
    template<class Q, class X>
    Scorer(const Q* query, MatrixView<X> base, const simd::DistanceKernels<Q, X>& kernels, Call call) noexcept
        : m_call(call), m_kernels(&kernels), m_query(query),
          m_base(reinterpret_cast<const std::byte*>(base.data())), m_stride(base.stride()),
          m_dim(base.cols()), m_row_bytes(base.stride() * sizeof(X)) {}

    template<class Q, class X>
    const simd::DistanceKernels<Q, X>& kernels() const noexcept {
        return *static_cast<const simd::DistanceKernels<Q, X>*>(m_kernels);
    }
    template<class Q, class X>
    static void l2(const Scorer& s, const std::uint32_t* ids, std::size_t n, float* out) noexcept {
        s.kernels<Q, X>().l2_gather(static_cast<const Q*>(s.m_query), reinterpret_cast<const X*>(s.m_base),
                                    s.m_stride, ids, n, s.m_dim, out);
    }
    template<class Q, class X>
    static void ip(const Scorer& s, const std::uint32_t* ids, std::size_t n, float* out) noexcept {
        s.kernels<Q, X>().ip_gather(static_cast<const Q*>(s.m_query), reinterpret_cast<const X*>(s.m_base),
                                    s.m_stride, ids, n, s.m_dim, out);
    }
    template<class Q, class X>
    static void negative_ip(const Scorer& s, const std::uint32_t* ids, std::size_t n, float* out) noexcept {
        ip<Q, X>(s, ids, n, out);
        for (std::size_t i = 0; i < n; ++i)
            out[i] = -out[i];
    }
    template<class Q, class X>
    static void lifted_l2(const Scorer& s, const std::uint32_t* ids, std::size_t n, float* out) noexcept {
        ip<Q, X>(s, ids, n, out);
        // What is below the rounding error of its own terms is zero: equal rows must be at distance zero.
        const float noise = 4e-7f * s.m_length;
        for (std::size_t i = 0; i < n; ++i) {
            const float d = 2 * (s.m_length - (out[i] + s.m_lift * s.m_lifts[ids[i]]));
            out[i] = d > noise ? d : 0;
        }
    }

    Call m_call = nullptr;
    void* m_context = nullptr;
    const void* m_kernels = nullptr;
    const void* m_query = nullptr;
    const std::byte* m_base = nullptr;
    std::size_t m_stride = 0, m_dim = 0, m_row_bytes = 0;
    const float* m_lifts = nullptr;
    float m_lift = 0, m_length = 0;
};

} // namespace annscope
