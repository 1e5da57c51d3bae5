// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "data/dataset.h"
#include "tune/operating_point.h"
#include "tune/parameter_space.h"

#include <functional>
#include <vector>

namespace annscope {

/// The queries and the right answers. Needs truth.k >= k.
struct Workload {
    VectorSet base, queries;
    GroundTruth truth;
    Metric metric = Metric::L2;
};
Workload workload_of(const Dataset& dataset, std::size_t max_queries = 0);

struct SweepOptions {
    std::size_t k = 10;
    int repeats = 3;
    int threads = 1; ///< 1: latency of single queries; more: throughput of batches
    bool warm_up = true;
    double max_seconds_per_point = 20; ///< fewer repeats (at least one) beyond that
    bool stop_at_full_recall = false;  ///< skip the rest once two points in a row found everything
};

using OnPoint = std::function<void(const OperatingPoint&)>;

/// Measures one parameter set: warm-up, then each query by itself on the calling thread, repeats times; the
/// median pass counts. ids, where given, gets queries x k. Errors: those of search; DimensionMismatch;
/// InvalidArgument (truth.k < k); Cancelled.
Result<OperatingPoint> measure(const Index& index, const Workload& workload, const SearchParams& params,
                               const SweepOptions& options, const Control& control,
                               std::vector<Id>* ids = nullptr);

/// Measures all; on_point runs on the calling thread after each. Phase: "Measuring".
Result<std::vector<OperatingPoint>> sweep(const Index& index, const Workload& workload,
                                          const ParameterSpace& space, const SweepOptions& options,
                                          const Control& control, const OnPoint& on_point,
                                          std::vector<Id>* last_ids = nullptr);

} // namespace annscope
