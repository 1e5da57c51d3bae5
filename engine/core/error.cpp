// SPDX-License-Identifier: Apache-2.0
#include "core/error.h"

#include <cstdio>
#include <exception>
#include <fstream>
#include <new>

namespace annscope {
namespace {

/// What the kernel says can be allocated without swapping, in bytes; 0 when unknown.
std::uint64_t available_memory() {
    std::ifstream meminfo("/proc/meminfo");
    std::string key;
    std::uint64_t kib = 0;
    std::string unit;
    while (meminfo >> key >> kib && std::getline(meminfo, unit))
        if (key == "MemAvailable:")
            return kib * 1024;
    return 0;
}

} // namespace

std::string_view name(ErrorCode code) noexcept {
    switch (code) {
    case ErrorCode::InvalidArgument:
        return "invalid argument";
    case ErrorCode::ParseError:
        return "parse error";
    case ErrorCode::Unsupported:
        return "unsupported";
    case ErrorCode::NotTrained:
        return "not trained";
    case ErrorCode::DimensionMismatch:
        return "dimension mismatch";
    case ErrorCode::OutOfMemory:
        return "out of memory";
    case ErrorCode::Io:
        return "input/output error";
    case ErrorCode::CorruptFile:
        return "corrupt file";
    case ErrorCode::Cancelled:
        return "cancelled";
    case ErrorCode::Internal:
        return "internal error";
    }
    return "?";
}

Status check_memory(std::uint64_t bytes, std::string_view what) {
    const std::uint64_t available = available_memory();
    if (available == 0 || bytes <= available)
        return {};
    return Error{ErrorCode::OutOfMemory, std::string(what) + " needs " + format_bytes(bytes) +
                                             " of memory, but only " + format_bytes(available) +
                                             " are available."};
}

Error current_exception_error() noexcept {
    try {
        throw;
    } catch (const std::bad_alloc&) {
        return {ErrorCode::OutOfMemory, "There is not enough memory for this job."};
    } catch (const std::exception& e) {
        return {ErrorCode::Internal, std::string("Unexpected failure: ") + e.what()};
    } catch (...) {
        return {ErrorCode::Internal, "Unexpected failure of unknown kind."};
    }
}

std::string format_bytes(std::uint64_t bytes) {
    static constexpr const char* kUnits[] = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
    double value = static_cast<double>(bytes);
    std::size_t unit = 0;
    while (value >= 1024.0 && unit + 1 < std::size(kUnits)) {
        value /= 1024.0;
        ++unit;
    }
    char text[32];
    std::snprintf(text, sizeof text,
                  unit == 0     ? "%.0f %s"
                  : value < 10  ? "%.2f %s"
                  : value < 100 ? "%.1f %s"
                                : "%.0f %s",
                  value, kUnits[unit]);
    return text;
}

std::string format_count(std::uint64_t count) {
    std::string text = std::to_string(count);
    for (std::size_t at = text.size(); at > 3; at -= 3)
        text.insert(at - 3, ",");
    return text;
}

} // namespace annscope
