// SPDX-License-Identifier: Apache-2.0
#include "quant/compress.h"

#include "core/parallel.h"
#include "data/format.h"

#include <algorithm>

namespace annscope {
namespace {

constexpr std::size_t kBlockRows = 4096;

/// Rows [begin, begin + count) as they are clustered: float32, of unit length for cosine.
Status copy_block(const VectorSet& vectors, std::size_t begin, std::size_t count, bool unit, float* out,
                  const Control& control) {
    const std::size_t dim = vectors.dim();
    return parallel_for(count, 256, control, [&](std::size_t from, std::size_t to, int) {
        for (std::size_t i = from; i < to; ++i) {
            vectors.copy_row(begin + i, out + i * dim);
            if (unit)
                normalize(out + i * dim, dim);
        }
    });
}

/// Assignment, weights, distortion and variance, a block at a time, so that a mapped file is never copied
/// whole.
Status assign_all(const VectorSet& vectors, Metric metric, CompressedVectors& out, const Control& control) {
    const std::size_t n = vectors.size(), dim = vectors.dim();
    out.assignment.resize(n);
    out.weights.assign(out.centroids.size(), 0);
    AlignedBuffer<float> values(std::min(kBlockRows, n) * dim);
    std::vector<double> sum(dim);
    double squares = 0, lost = 0;
    control.begin("Assigning vectors", n);
    for (std::size_t begin = 0; begin < n; begin += kBlockRows) {
        const std::size_t count = std::min(kBlockRows, n - begin);
        ANNSCOPE_TRY(copy_block(vectors, begin, count, metric == Metric::Cosine, values.data(), control));
        const VectorSet block({}, values.data(), ElementType::F32, count, dim, dim);
        const std::span cells = std::span(out.assignment).subspan(begin, count);
        // Of unit vectors, too, the nearest by L2 is the nearest by cosine.
        ANNSCOPE_ASSIGN(const double part,
                        assign_nearest(block, out.centroids.view<float>(), AssignBy::L2, cells, control));
        lost += part;
        for (const std::uint32_t cell : cells)
            ++out.weights[cell];
        for (std::size_t i = 0; i < count; ++i)
            for (std::size_t j = 0; j < dim; ++j) {
                const double v = static_cast<double>(values[i * dim + j]);
                sum[j] += v;
                squares += v * v;
            }
    }
    const double scale = 1 / static_cast<double>(n);
    out.distortion = lost * scale;
    out.variance = squares * scale;
    for (const double s : sum)
        out.variance -= s * scale * s * scale;
    out.variance = std::max(0.0, out.variance);
    return {};
}

Status check_extension(const std::filesystem::path& path, std::initializer_list<std::string_view> known) {
    std::string list;
    for (const std::string_view extension : known) {
        if (path.extension() == extension)
            return {};
        list += (list.empty() ? "" : ", ") + std::string(extension);
    }
    return Error{ErrorCode::InvalidArgument,
                 "Cannot write " + path.string() + ": the name must end in " + list + "."};
}

Status write_centroids(const std::filesystem::path& path, const Dataset& dataset,
                       const CompressedVectors& made, const Control& control) {
    if (path.extension() == ".fvecs")
        return write_fvecs(path, made.centroids, control);
    if (path.extension() == ".npy")
        return write_npy(path, made.centroids, control);
    Dataset out;
    out.base = made.centroids;
    out.queries = dataset.queries;
    out.metric = dataset.metric;
    return write_hdf5(path, out, control);
}

Status write_ids(const std::filesystem::path& path, std::span<const std::uint32_t> values) {
    if (path.empty())
        return {};
    const std::vector<Id> ids(values.begin(), values.end());
    return write_npy_ids(path, ids, ids.size(), 1);
}

} // namespace

Result<CompressedVectors> compress_vectors(const VectorSet& vectors, Metric metric,
                                           const CompressOptions& options, const Control& control) {
    if (options.n == 0 || options.n > vectors.size())
        return Error{ErrorCode::InvalidArgument, format_count(vectors.size()) +
                                                     " vectors can be compressed to 1 to " +
                                                     format_count(vectors.size()) + " centroids, not to " +
                                                     format_count(options.n) + "."};
    if (options.passes < 1)
        return Error{ErrorCode::InvalidArgument, "Compressing needs at least one pass over the vectors."};
    KmeansOptions kmeans_options;
    kmeans_options.k = options.n;
    kmeans_options.niter = options.passes;
    kmeans_options.seed = options.seed;
    // Beyond that, the start would take longer than it saves; dead centroids begin anew as they train.
    kmeans_options.start = options.n <= 2048 ? KmeansStart::Parallel : KmeansStart::Random;
    kmeans_options.minibatch = true;
    kmeans_options.two_level = TwoLevel::Never; // it would hold all vectors as float32
    kmeans_options.max_points_per_centroid = vectors.size();
    kmeans_options.spherical = kmeans_options.unit_points = metric == Metric::Cosine;
    ANNSCOPE_TRY(check_memory(options.n * vectors.dim() * sizeof(float), "The centroids"));
    ANNSCOPE_ASSIGN(KmeansResult trained, kmeans(vectors, kmeans_options, control));
    CompressedVectors out;
    out.centroids = VectorSet::adopt(std::move(trained.centroids), options.n, vectors.dim());
    if (options.assign)
        ANNSCOPE_TRY(assign_all(vectors, metric, out, control));
    return out;
}

Result<CompressedVectors> compress_to_files(const Dataset& dataset, const CompressOptions& options,
                                            const CompressFiles& files, const Control& control) {
    ANNSCOPE_TRY(check_extension(files.centroids, {".hdf5", ".h5", ".fvecs", ".npy"}));
    for (const auto* path : {&files.assignment, &files.weights})
        if (!path->empty())
            ANNSCOPE_TRY(check_extension(*path, {".npy"}));
    ANNSCOPE_ASSIGN(CompressedVectors made, compress_vectors(dataset.base, dataset.metric, options, control));
    const auto write = [&]() -> Status {
        ANNSCOPE_TRY(write_ids(files.assignment, made.assignment));
        ANNSCOPE_TRY(write_ids(files.weights, made.weights));
        return write_centroids(files.centroids, dataset, made, control);
    };
    if (const Status written = write(); !written) {
        std::error_code ignored;
        for (const auto* path : {&files.assignment, &files.weights})
            if (!path->empty())
                std::filesystem::remove(*path, ignored);
        return written.error();
    }
    return made;
}

} // namespace annscope
