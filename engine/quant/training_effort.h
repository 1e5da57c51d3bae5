// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace annscope {

/// How well product quantisers, OPQ and cells are learned on the calling thread. Rough is for a first look
/// at a code: a few iterations of k-means, and for OPQ the paper's parametric solution alone.
enum class TrainingEffort { Full, Rough };

TrainingEffort training_effort() noexcept;

/// Sets the effort of the calling thread until it goes out of scope. What is trained meanwhile is the same
/// for any number of threads.
class EffortScope {
public:
    explicit EffortScope(TrainingEffort effort) noexcept;
    ~EffortScope();
    EffortScope(const EffortScope&) = delete;
    EffortScope& operator=(const EffortScope&) = delete;

private:
    TrainingEffort m_before;
};

} // namespace annscope
