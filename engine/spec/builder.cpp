// SPDX-License-Identifier: Apache-2.0
#include "spec/builder.h"

#include "core/timer.h"
#include "data/format.h"
#include "index/coarse_quantizer.h"
#include "index/storage.h"
#include "spec/parser.h"

#include <algorithm>

namespace annscope {
namespace {

Result<const Kind*> kind_of(const IndexSpec& spec) {
    if (const Kind* kind = find_kind(spec.root))
        return kind;
    if (std::optional<Error> error = missing_coarse(spec.root))
        return *std::move(error);
    std::string built;
    for (const Kind* kind : kinds())
        built += (built.empty() ? "" : ", ") + std::string(kind->example);
    return Error{ErrorCode::Unsupported,
                 print(spec) + " is understood but not built yet; built are, for example, " + built + "."};
}

/// Does the index keep bytes where they lose nothing?
bool narrows(const SpecNode& root, const ParamSet& build) {
    const std::vector<ParamInfo> params = build_params(root);
    const auto info = std::ranges::find(params, "narrow", &ParamInfo::name);
    return info != params.end() && value_or_default(build, *info) != 0;
}

Status check_room(const Kind& kind, const Configuration& configuration, const VectorSet& base,
                  Metric metric) {
    if (kind.shares_vectors && metric != Metric::Cosine)
        return {};
    SizeQuestion question{base.size(), base.dim(), ElementType::F32, configuration.build, metric};
    question.storage = stored_type(base, metric, narrows(configuration.spec.root, configuration.build));
    std::uint64_t bytes = 0;
    for (const MemoryPart& part : kind.size(configuration.spec.root, question))
        bytes += part.bytes;
    return check_memory(bytes, "The index " + print(configuration.spec));
}

} // namespace

Result<std::unique_ptr<Index>> build_index(const IndexSpec& spec, const BuildContext& context) {
    ANNSCOPE_ASSIGN(const Kind* kind, kind_of(spec));
    if (context.dim == 0)
        return Error{ErrorCode::InvalidArgument, "An index needs at least one dimension."};
    ANNSCOPE_TRY(check_params(context.build, build_params(spec.root), print(spec)));
    ANNSCOPE_ASSIGN(std::unique_ptr<Index> index, kind->create(spec.root, context));
    index->set_origin({std::string(kind->name), spec.root, context});
    return index;
}

Result<std::unique_ptr<Index>> build_and_fill(const Configuration& configuration, const VectorSet& base,
                                              Metric metric, std::uint64_t seed, const Control& control) {
    if (base.empty())
        return Error{ErrorCode::InvalidArgument, "There are no vectors to build an index from."};
    try {
        ANNSCOPE_ASSIGN(std::unique_ptr<Index> index,
                        build_index(configuration.spec, {base.dim(), metric, configuration.build, seed}));
        ANNSCOPE_ASSIGN(const Kind* kind, kind_of(configuration.spec));
        ANNSCOPE_TRY(check_room(*kind, configuration, base, metric));
        if (base.mapped()) // a large file was not read as a whole when it was opened
            ANNSCOPE_TRY(check_finite(base, "The vectors", control));
        Timer timer;
        ANNSCOPE_TRY(index->train(base, control));
        const double train_seconds = timer.seconds();
        timer.restart();
        ANNSCOPE_TRY(index->add(base, control));
        index->set_build_seconds(train_seconds, timer.seconds());
        return index;
    } catch (...) {
        return current_exception_error();
    }
}

} // namespace annscope
