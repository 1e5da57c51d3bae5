// SPDX-License-Identifier: Apache-2.0
#include "quant/training_effort.h"

#include <utility>

namespace annscope {
namespace {

thread_local TrainingEffort t_effort = TrainingEffort::Full;

} // namespace

TrainingEffort training_effort() noexcept {
    return t_effort;
}

EffortScope::EffortScope(TrainingEffort effort) noexcept : m_before(std::exchange(t_effort, effort)) {}

EffortScope::~EffortScope() {
    t_effort = m_before;
}

} // namespace annscope
