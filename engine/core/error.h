// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cassert>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace annscope {

enum class ErrorCode : std::uint8_t {
    InvalidArgument,
    ParseError,
    Unsupported,
    NotTrained,
    DimensionMismatch,
    OutOfMemory,
    Io,
    CorruptFile,
    Cancelled,
    Internal
};

std::string_view name(ErrorCode code) noexcept;

/// message is a whole English sentence: what is wrong, where, and what was expected.
struct Error {
    ErrorCode code = ErrorCode::Internal;
    std::string message;
    int column = -1; ///< 0-based position in the parsed text, ParseError only
};

/// T or Error. GCC 12 has no std::expected.
template<class T>
class [[nodiscard]] Result {
public:
    Result(T value) : m_state(std::move(value)) {}     // NOLINT(google-explicit-constructor)
    Result(Error error) : m_state(std::move(error)) {} // NOLINT(google-explicit-constructor)

    bool ok() const noexcept { return m_state.index() == 0; }
    explicit operator bool() const noexcept { return ok(); }
    T& value() & noexcept {
        assert(ok());
        return *std::get_if<0>(&m_state);
    }
    const T& value() const& noexcept {
        assert(ok());
        return *std::get_if<0>(&m_state);
    }
    T&& value() && noexcept {
        assert(ok());
        return std::move(*std::get_if<0>(&m_state));
    }
    T& operator*() & noexcept { return value(); }
    const T& operator*() const& noexcept { return value(); }
    T&& operator*() && noexcept { return std::move(*this).value(); }
    T* operator->() noexcept { return &value(); }
    const T* operator->() const noexcept { return &value(); }
    const Error& error() const noexcept {
        assert(!ok());
        return *std::get_if<1>(&m_state);
    }

private:
    std::variant<T, Error> m_state;
};

/// Success or Error.
template<>
class [[nodiscard]] Result<void> {
public:
    Result() = default;
    Result(Error error) : m_error(std::move(error)), m_ok(false) {} // NOLINT(google-explicit-constructor)

    bool ok() const noexcept { return m_ok; }
    explicit operator bool() const noexcept { return m_ok; }
    const Error& error() const noexcept {
        assert(!m_ok);
        return m_error;
    }

private:
    Error m_error;
    bool m_ok = true;
};

using Status = Result<void>;

inline Error cancelled() {
    return {ErrorCode::Cancelled, "The job was cancelled."};
}

/// "12 GiB are needed, 3 GiB are free" before an allocation that may fail. bytes: what will be allocated.
Status check_memory(std::uint64_t bytes, std::string_view what);

/// Turns the exception being handled into an Error; call inside catch (...) at a job's border.
Error current_exception_error() noexcept;

/// 1536 -> "1.5 KiB"; used in messages.
std::string format_bytes(std::uint64_t bytes);
/// 1234567 -> "1,234,567"; used in messages.
std::string format_count(std::uint64_t count);

} // namespace annscope

/// Returns the error of a Status or Result expression to the caller.
#define ANNSCOPE_TRY(expression)                                                                             \
    do {                                                                                                     \
        if (auto annscope_status_ = (expression); !annscope_status_)                                         \
            return annscope_status_.error();                                                                 \
    } while (false)

#define ANNSCOPE_CONCAT_(a, b) a##b
#define ANNSCOPE_CONCAT(a, b) ANNSCOPE_CONCAT_(a, b)
/// ANNSCOPE_ASSIGN(auto x, f()): x is f()'s value, or f()'s error is returned to the caller.
#define ANNSCOPE_ASSIGN(declaration, expression)                                                             \
    auto ANNSCOPE_CONCAT(annscope_result_, __LINE__) = (expression);                                         \
    if (!ANNSCOPE_CONCAT(annscope_result_, __LINE__))                                                        \
        return ANNSCOPE_CONCAT(annscope_result_, __LINE__).error();                                          \
    declaration = std::move(ANNSCOPE_CONCAT(annscope_result_, __LINE__)).value()
