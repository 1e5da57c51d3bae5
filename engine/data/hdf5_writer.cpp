// SPDX-License-Identifier: Apache-2.0
// The layout of ann-benchmarks (ann_benchmarks/datasets.py, write_output).
#include "data/format.h"
#include "data/hdf5_file.h"
#include "data/output_file.h"
#include "data/reader.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

namespace annscope {
namespace {

using hdf5::File;
using hdf5::Memory;
using hdf5::Table;

Memory memory_of(ElementType type) {
    switch (type) {
    case ElementType::F32:
        return Memory::F32;
    case ElementType::F16:
        return Memory::Half;
    case ElementType::U8:
        return Memory::U8;
    case ElementType::I8:
        break;
    }
    return Memory::I8;
}

Status write_vectors(File& file, const char* name, const VectorSet& vectors, const Control& control) {
    const Memory type = memory_of(vectors.type());
    ANNSCOPE_ASSIGN(Table table, file.add_table(name, vectors.size(), vectors.dim(), type));
    const std::size_t row_bytes = vectors.dim() * element_size(vectors.type());
    const std::size_t step = std::max<std::size_t>(1, reader::kBlockBytes / row_bytes);
    std::vector<std::byte> block; // for rows that are not dense
    for (std::size_t first = 0; first < vectors.size(); first += step) {
        if (control.cancel_requested())
            return cancelled();
        const std::size_t count = std::min(step, vectors.size() - first);
        const void* rows = vectors.row(first);
        if (vectors.stride() != vectors.dim()) {
            block.resize(count * row_bytes);
            for (std::size_t i = 0; i < count; ++i)
                std::memcpy(block.data() + i * row_bytes, vectors.row(first + i), row_bytes);
            rows = block.data();
        }
        ANNSCOPE_TRY(table.write(first, count, type, rows));
        control.advance(count * row_bytes);
    }
    return {};
}

/// From this program's convention (smaller is nearer) to the files'.
float distance_in_file(Metric metric, float distance) {
    switch (metric) {
    case Metric::L2:
        return std::sqrt(std::max(distance, 0.0f));
    case Metric::Cosine:
        return 1.0f + distance;
    case Metric::InnerProduct:
        break;
    }
    return distance;
}

Status write_truth(File& file, const GroundTruth& truth, Metric metric) {
    if (truth.of_originals)
        ANNSCOPE_TRY(file.set_attribute(hdf5::kTruthOf, std::string(hdf5::kOriginals)));
    const bool small =
        std::ranges::all_of(truth.ids, [](Id id) { return id <= std::numeric_limits<std::int32_t>::max(); });
    ANNSCOPE_ASSIGN(Table neighbors,
                    file.add_table("neighbors", truth.queries, truth.k, small ? Memory::I32 : Memory::I64));
    ANNSCOPE_TRY(neighbors.write(0, truth.queries, Memory::I64, truth.ids.data()));
    if (truth.distances.empty())
        return {};
    std::vector<float> distances(truth.distances.size());
    std::ranges::transform(truth.distances, distances.begin(),
                           [metric](float d) { return distance_in_file(metric, d); });
    ANNSCOPE_ASSIGN(Table table, file.add_table("distances", truth.queries, truth.k, Memory::F32));
    return table.write(0, truth.queries, Memory::F32, distances.data());
}

const char* distance_name(Metric metric) {
    switch (metric) {
    case Metric::L2:
        return "euclidean";
    case Metric::Cosine:
        return "angular";
    case Metric::InnerProduct:
        break;
    }
    return "ip";
}

Status write_all(File& file, const Dataset& dataset, const Control& control) {
    control.begin("Writing", dataset.base.bytes() + dataset.queries.bytes());
    ANNSCOPE_TRY(file.set_attribute("type", std::string("dense")));
    ANNSCOPE_TRY(file.set_attribute("distance", std::string(distance_name(dataset.metric))));
    ANNSCOPE_TRY(file.set_attribute("dimension", static_cast<std::int64_t>(dataset.dim())));
    ANNSCOPE_TRY(file.set_attribute("point_type", std::string("float")));
    ANNSCOPE_TRY(write_vectors(file, "train", dataset.base, control));
    if (!dataset.queries.empty())
        ANNSCOPE_TRY(write_vectors(file, "test", dataset.queries, control));
    if (!dataset.truth.empty())
        ANNSCOPE_TRY(write_truth(file, dataset.truth, dataset.metric));
    return file.close();
}

} // namespace

Status write_hdf5(const std::filesystem::path& path, const Dataset& dataset, const Control& control) {
    ANNSCOPE_ASSIGN(TemporaryFile temporary, TemporaryFile::create(path));
    ANNSCOPE_ASSIGN(File file, File::create(temporary.path()));
    if (const Status status = write_all(file, dataset, control); !status) {
        // HDF5's own messages name the temporary file, which means nothing to a person.
        Error error = status.error();
        const std::string name = temporary.path().string();
        if (const auto at = error.message.find(name); at != std::string::npos)
            error.message.replace(at, name.size(), path.string());
        return error;
    }
    return temporary.commit();
}

} // namespace annscope
