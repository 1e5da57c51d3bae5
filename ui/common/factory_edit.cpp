// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/common/factory_edit.h"

#include "spec/parser.h"
#include "ui/common/completion_popup.h"
#include "ui/common/palette.h"

#include <QAbstractItemView>
#include <QAction>
#include <QCompleter>
#include <QKeyEvent>
#include <QPainter>
#include <QPainterPath>
#include <QScrollBar>

#include <algorithm>

namespace annscope::ui {
namespace {

constexpr int kRemembered = 50;
constexpr int kPopupWidth = 420;

/// A position in UTF-8 as one in the text.
int characterColumn(const std::string& utf8, int byte) {
    const int bytes = std::clamp(byte, 0, static_cast<int>(utf8.size()));
    return static_cast<int>(QString::fromUtf8(utf8.data(), bytes).size());
}

} // namespace

FactoryEdit::FactoryEdit(QWidget* parent)
    : QLineEdit(parent), m_completer(new QCompleter(this)), m_completions(new CompletionModel(this)) {
    setPlaceholderText(tr("IVF1024,Flat or Vamana64"));
    setAccessibleName(tr("Configuration"));
    setMaxLength(5000);
    m_completer->setModel(m_completions);
    m_completer->setCompletionMode(QCompleter::UnfilteredPopupCompletion);
    m_completer->setMaxVisibleItems(10);
    m_completer->setWidget(this);
    m_completer->popup()->setItemDelegate(new CompletionDelegate(m_completer->popup()));
    connect(m_completer, QOverload<const QModelIndex&>::of(&QCompleter::activated), this,
            &FactoryEdit::accept);
    connect(this, &QLineEdit::textChanged, this, &FactoryEdit::parse);
    connect(this, &QLineEdit::textEdited, this, [this] { m_historyAt = -1; });
}

void FactoryEdit::setShape(std::size_t n, std::size_t dim) {
    m_n = n;
    m_dim = dim;
}

void FactoryEdit::replaceText(const QString& newText) {
    if (newText == text())
        return;
    const int cursor = cursorPosition();
    setSelection(0, static_cast<int>(text().size()));
    insert(newText);
    setCursorPosition(std::min(cursor, static_cast<int>(newText.size())));
}

void FactoryEdit::remember(const QString& line) {
    m_history.removeAll(line);
    m_history.append(line);
    while (m_history.size() > kRemembered)
        m_history.removeFirst();
    m_historyAt = -1;
}

void FactoryEdit::setHistory(const QStringList& lines) {
    m_history = lines.mid(std::max<qsizetype>(0, lines.size() - kRemembered));
    m_historyAt = -1;
}

void FactoryEdit::parse() {
    m_configuration.reset();
    m_error.reset();
    m_errorColumn = -1;
    const std::string line = text().toStdString();
    if (!text().trimmed().isEmpty()) {
        if (auto configuration = parse_configuration(line)) {
            m_configuration = std::move(*configuration);
        } else {
            m_error = configuration.error();
            m_errorColumn = characterColumn(line, m_error->column);
        }
    }
    update();
    emit parsed();
}

QRect FactoryEdit::errorRect() const {
    if (m_errorColumn < 0)
        return {};
    const QFontMetrics metrics = fontMetrics();
    int end = m_errorColumn;
    while (end < text().size() && (end == m_errorColumn || !QStringLiteral(",|()").contains(text().at(end))))
        ++end;
    const QRect cursor = cursorRect();
    const int origin = cursor.center().x() - metrics.horizontalAdvance(text().left(cursorPosition()));
    const int left = origin + metrics.horizontalAdvance(text().left(m_errorColumn));
    const int right =
        std::max(origin + metrics.horizontalAdvance(text().left(end)), left + metrics.averageCharWidth());
    const int y = (height() + metrics.height()) / 2 - 2;
    return QRect(QPoint(left, y), QPoint(right, y + 2)) & rect().adjusted(3, 0, -3, 0);
}

void FactoryEdit::paintEvent(QPaintEvent* event) {
    QLineEdit::paintEvent(event);
    const QRect fault = errorRect();
    if (fault.isEmpty())
        return;
    QPainterPath wave(QPointF(fault.left(), fault.bottom()));
    bool up = true;
    for (qreal x = fault.left() + 2; x <= fault.right() + 1; x += 2, up = !up)
        wave.lineTo(x, up ? fault.top() : fault.bottom());
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(QPen(ui::palette().fault, 1.2));
    painter.drawPath(wave);
}

bool FactoryEdit::completionsShown() const {
    return m_completer->popup()->isVisible();
}

void FactoryEdit::showCompletions() {
    offer(true);
}

void FactoryEdit::offer(bool always) {
    const std::string before = text().left(cursorPosition()).toStdString();
    std::vector<Completion> list = complete(text().toStdString(), before.size(), m_n, m_dim);
    const bool typed = !before.empty() && (list.empty() || list.front().begin < before.size());
    if (list.empty() || !(always || typed)) {
        m_completer->popup()->hide();
        return;
    }
    m_completions->setCompletions(std::move(list));
    QRect below = rect();
    below.setWidth(std::max(width(), kPopupWidth));
    m_completer->complete(below);
    m_completer->popup()->setCurrentIndex({});
}

void FactoryEdit::accept(const QModelIndex& index) {
    if (!index.isValid())
        return;
    const Completion item = m_completions->completion(index.row());
    const std::string before = text().left(cursorPosition()).toStdString();
    const int begin = characterColumn(before, static_cast<int>(item.begin));
    setSelection(begin, cursorPosition() - begin);
    insert(QString::fromStdString(item.text));
    if (item.text.ends_with(','))
        offer(true);
}

void FactoryEdit::walkHistory(int step) {
    const int count = static_cast<int>(m_history.size());
    const int next = std::clamp(m_historyAt + step, -1, count - 1);
    if (next == m_historyAt)
        return;
    if (m_historyAt == -1)
        m_draft = text();
    replaceText(next == -1 ? m_draft : m_history[count - 1 - next]);
    end(false);
    m_historyAt = next;
}

/// Qt gives no shortcut to the window while a popup is open, but Ctrl+B must build what was just typed.
bool FactoryEdit::runWindowCommand(const QKeyEvent& event) {
    if (!(event.modifiers() & Qt::ControlModifier) || event.matches(QKeySequence::Undo) ||
        event.matches(QKeySequence::Redo)) // the line's own
        return false;
    const QKeySequence keys(event.keyCombination());
    for (QAction* action : window()->actions())
        if (action->isEnabled() && action->shortcuts().contains(keys)) {
            m_completer->popup()->hide();
            action->trigger();
            return true;
        }
    return false;
}

void FactoryEdit::keyPressEvent(QKeyEvent* event) {
    if (completionsShown()) {
        switch (event->key()) { // the popup's own
        case Qt::Key_Enter:
        case Qt::Key_Return:
        case Qt::Key_Escape:
        case Qt::Key_Tab:
        case Qt::Key_Backtab:
            event->ignore();
            return;
        default:
            break;
        }
        if (runWindowCommand(*event))
            return;
    }
    if (event->key() == Qt::Key_Space && event->modifiers() == Qt::ControlModifier) {
        offer(true);
        return;
    }
    if (!completionsShown() && (event->key() == Qt::Key_Up || event->key() == Qt::Key_Down)) {
        walkHistory(event->key() == Qt::Key_Up ? 1 : -1);
        return;
    }
    const QString before = text();
    QLineEdit::keyPressEvent(event);
    if (text() != before)
        offer(text().size() > before.size() && cursorPosition() > 0 &&
              text().at(cursorPosition() - 1) == u',');
}

void FactoryEdit::focusOutEvent(QFocusEvent* event) {
    if (event->reason() != Qt::PopupFocusReason)
        m_completer->popup()->hide();
    QLineEdit::focusOutEvent(event);
}

} // namespace annscope::ui
