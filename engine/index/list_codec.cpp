// SPDX-License-Identifier: Apache-2.0
#include "index/list_codec.h"

#include "index/code_lists.h"

#include <cstring>

namespace annscope {

void ListCodec::store(std::uint8_t* array, std::size_t, std::size_t position,
                      const std::uint8_t* code) const noexcept {
    std::memcpy(array + position * code_size(), code, code_size());
}

void ListCodec::fetch(const std::uint8_t* array, std::size_t, std::size_t position,
                      std::uint8_t* code) const noexcept {
    std::memcpy(code, array + position * code_size(), code_size());
}

std::unique_ptr<ListCodec> ListCodec::widened(const VectorSet&, bool) const {
    return nullptr;
}

std::unique_ptr<CodeScorer> ListCodec::code_scorer(const std::uint8_t* array, std::size_t n, std::size_t dim,
                                                   Metric metric) const {
    return decoding_scorer(*this, array, n, dim, metric);
}

void ListCodec::scan_block(const ScanSource& source, const CodeLists& lists, VectorView queries,
                           const Visits& visits, std::size_t k, std::span<Neighbor> out) const {
    const std::unique_ptr<ListScanner> scan = scanner(source, nullptr);
    for (std::size_t q = 0; q < queries.rows() && !source.stop.stop_requested(); ++q) {
        scan->begin(queries.row(q), k);
        for (const Neighbor& visit : visits.lists(q))
            if (visit.id != kNoId)
                scan->scan(lists.list(static_cast<std::size_t>(visit.id), visit.distance));
        scan->finish(out.subspan(q * k, k));
    }
}

} // namespace annscope
