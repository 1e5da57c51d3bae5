// SPDX-License-Identifier: Apache-2.0
// Numbers of a file, of any width, byte order and storage order, to the types that vectors have in memory.
#pragma once

#include "core/control.h"
#include "data/reader.h"

#include <atomic>
#include <cstddef>
#include <vector>

namespace annscope::reader {

enum class Number : std::uint8_t { Float, Signed, Unsigned };

/// A matrix of numbers in memory (usually mapped): element (r, c) is at data + r * row_step + c * col_step,
/// steps in bytes; no alignment needed.
struct Source {
    const std::byte* data = nullptr;
    Number number = Number::Float;
    std::size_t bytes = 4; ///< of one element: floats 2, 4, 8; integers 1, 2, 4, 8
    bool swap = false;     ///< bytes are in the other order than this machine's
    std::size_t rows = 0, cols = 0;
    std::size_t row_step = 0, col_step = 0;
};

/// 16-bit floats and bytes stay what they are, the rest becomes float32.
ElementType memory_type(Number number, std::size_t bytes) noexcept;

/// What a conversion met; shared by the threads.
struct Findings {
    static constexpr std::size_t kNone = ~std::size_t(0);
    std::atomic<std::size_t> first_bad{kNone}; ///< row * cols + col of a NaN, infinity or overflow
    std::atomic<bool> rounded{false};          ///< an integer beyond 2^24, which float32 rounds
};

/// Converts rows [begin, end) of the source to memory_type, dense, out pointing at row begin's place.
void convert_rows(const Source& source, std::size_t begin, std::size_t end, std::byte* out,
                  Findings& findings) noexcept;

/// Element (r, c) as float64, for messages.
double value_at(const Source& source, std::size_t row, std::size_t col) noexcept;

/// All rows into memory of their own, in parallel. Errors: OutOfMemory, Cancelled, CorruptFile (NaN,
/// infinity, or beyond float32's range). A rounding of large integers goes to warnings. Phase: "Reading",
/// bytes.
Result<VectorSet> load_vectors(const std::filesystem::path& path, const Source& source,
                               std::vector<std::string>& warnings, const Control& control);

/// The same into out, which has room for all rows; begins no phase. True: large integers were rounded.
Result<bool> load_rows(const std::filesystem::path& path, const Source& source, std::byte* out,
                       const Control& control);

/// Integers as ids; the largest unsigned value is kNoId, as -1 is. Errors: CorruptFile for floats.
Result<std::vector<Id>> load_ids(const std::filesystem::path& path, const Source& source);

inline constexpr const char* kRoundedWarning =
    "integers beyond 16,777,216 were rounded: vectors are held as float32.";

} // namespace annscope::reader
