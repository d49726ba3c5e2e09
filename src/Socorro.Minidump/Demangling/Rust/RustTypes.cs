using System.Globalization;
using System.Text;

namespace Socorro.Minidumps.Demangling.Rust;

// Types and constants.
sealed partial class RustName
{
    bool ReadType()
    {
        if (++_depth > MaxDepth || !_output.Step())
            return false;

        var isRead = ReadTypeUncounted();
        _depth--;
        return isRead;
    }

    bool ReadTypeUncounted()
    {
        var mark = Next();
        if (BuiltinOf(mark) is { } builtin)
            return Write(builtin);

        switch (mark)
        {
            case 'A':
                return Write("[") && ReadType() && Write("; ") && ReadConstant(inValue: true) && Write("]");
            case 'S':
                return Write("[") && ReadType() && Write("]");
            case 'T':
                return Write("(") && ReadList(ReadType, ", ") is >= 0 and var count && Write(count == 1 ? ",)" : ")");
            case 'R' or 'Q':
                return Write("&") && WriteOwnLifetime() && Write(mark == 'Q' ? "mut " : "") && ReadType();
            case 'P' or 'O':
                return Write(mark == 'P' ? "*const " : "*mut ") && ReadType();
            case 'F':
                return ReadBound(ReadFunction);
            case 'D':
                return Write("dyn ") && ReadBound(() => ReadList(ReadDynTrait, " + ") >= 0) && ReadDynLifetime();
            case 'B':
                return ReadAgain(ReadType);
            case 'W':
                return ReadType() && Write(" is ") && ReadPattern();
            default:
                _at--;
                return mark != '\0' && ReadPath(inValue: false);
        }
    }

    static string? BuiltinOf(char mark) => mark switch
    {
        'b' => "bool",
        'c' => "char",
        'e' => "str",
        'u' => "()",
        'a' => "i8",
        's' => "i16",
        'l' => "i32",
        'x' => "i64",
        'n' => "i128",
        'i' => "isize",
        'h' => "u8",
        't' => "u16",
        'm' => "u32",
        'y' => "u64",
        'o' => "u128",
        'j' => "usize",
        'f' => "f32",
        'd' => "f64",
        'z' => "!",
        'p' => "_",
        'v' => "...",
        _ => null,
    };

    bool WriteOwnLifetime()
    {
        if (!Take('L'))
            return true;

        return TryReadNumber62(out var lifetime) && (lifetime == 0 || (WriteLifetime(lifetime) && Write(" ")));
    }

    bool ReadDynLifetime()
    {
        if (!Take('L') || !TryReadNumber62(out var lifetime))
            return false;

        return lifetime == 0 || (Write(" + ") && WriteLifetime(lifetime));
    }

    // Counted from the innermost; 0 is one without a name.
    bool WriteLifetime(ulong index)
    {
        if (index == 0)
            return Write("'_");
        if (index > _lifetimes)
            return false;

        var depth = _lifetimes - index;
        return Write(depth < 26 ? $"'{(char)('a' + (int)depth)}" : $"'_{depth.ToString(CultureInfo.InvariantCulture)}");
    }

    // "for<'a, 'b> " in front of what may name these lifetimes.
    bool ReadBound(Func<bool> read)
    {
        const ulong most = 256;
        var count = 0UL;
        if (Take('G'))
        {
            if (!TryReadNumber62(out count) || ++count > most)
                return false;
            Write("for<");
            for (var i = 0UL; i < count; i++)
            {
                _lifetimes++;
                Write(i > 0 ? ", " : "");
                WriteLifetime(1);
            }

            Write("> ");
        }

        var isRead = read();
        _lifetimes -= count;
        return isRead;
    }

    bool ReadFunction()
    {
        if (Take('U') && !Write("unsafe "))
            return false;
        if (Take('K'))
        {
            var abi = "C";
            if (!Take('C') && !TryReadIdentifier(out abi, out _))
                return false;
            Write($"extern \"{abi.Replace('_', '-')}\" ");
        }

        if (!Write("fn(") || ReadList(ReadType, ", ") < 0 || !Write(")"))
            return false;

        return Take('u') || (Write(" -> ") && ReadType());
    }

    // A trait, whose generic arguments and associated types stand in one list.
    bool ReadDynTrait()
    {
        if (!ReadOpenPath(out var isOpen))
            return false;

        while (Take('p'))
        {
            if (!Write(isOpen ? ", " : "<") || !TryReadIdentifier(out var name, out _) || !Write(name + " = ") || !ReadType())
                return false;
            isOpen = true;
        }

        return !isOpen || Write(">");
    }

    bool ReadOpenPath(out bool isOpen)
    {
        isOpen = false;
        if (Take('B'))
        {
            var open = false;
            var isRead = ++_depth <= MaxDepth && ReadAgain(() => ReadOpenPath(out open));
            _depth--;
            isOpen = open;
            return isRead;
        }

        if (!Take('I'))
            return ReadPath(inValue: false);

        isOpen = true;
        return ReadPath(inValue: false) && Write("<") && ReadList(ReadArgument, ", ") >= 0;
    }

    bool ReadPattern()
    {
        if (++_depth > MaxDepth || !_output.Step())
            return false;

        var isRead = Next() switch
        {
            'R' => ReadConstant(inValue: true) && Write("..=") && ReadConstant(inValue: true),
            'O' => ReadList(ReadPattern, " | ") >= 0,
            'N' => Write("!null"),
            _ => false,
        };
        _depth--;
        return isRead;
    }

    bool ReadConstant(bool inValue)
    {
        if (++_depth > MaxDepth || !_output.Step())
            return false;

        var isRead = ReadConstantUncounted(inValue);
        _depth--;
        return isRead;
    }

    bool ReadConstantUncounted(bool inValue)
    {
        var mark = Next();
        return mark switch
        {
            'p' => Write("_"),
            'h' or 't' or 'm' or 'y' or 'o' or 'j' => TryReadHex(out var digits) && Write(Decimal(digits)),
            'a' or 's' or 'l' or 'x' or 'n' or 'i' => Write(Take('n') ? "-" : "") && TryReadHex(out var absolute) && Write(Decimal(absolute)),
            'b' => TryReadHex(out var truth) && truth is "0" or "1" && Write(truth == "1" ? "true" : "false"),
            'c' => TryReadHex(out var letter) && WriteCharacter(letter),
            'B' => ReadAgain(() => ReadConstant(inValue)),
            _ => ReadStructure(mark, inValue),
        };
    }

    // Values that are no single number stand in braces where types are expected.
    bool ReadStructure(char mark, bool inValue)
    {
        if (mark is 'R' && Take('e'))
            return WriteText();
        if (!inValue && !Write("{"))
            return false;

        var isRead = mark switch
        {
            'e' => Write("*") && WriteText(),
            'R' => Write("&") && ReadConstant(inValue: true),
            'Q' => Write("&mut ") && ReadConstant(inValue: true),
            'A' => Write("[") && ReadList(() => ReadConstant(inValue: true), ", ") >= 0 && Write("]"),
            'T' => Write("(") && ReadList(() => ReadConstant(inValue: true), ", ") is >= 0 and var count && Write(count == 1 ? ",)" : ")"),
            'V' => ReadPath(inValue: true) && ReadFields(),
            _ => false,
        };
        return isRead && (inValue || Write("}"));
    }

    bool ReadFields() => Next() switch
    {
        'U' => true,
        'T' => Write("(") && ReadList(() => ReadConstant(inValue: true), ", ") >= 0 && Write(")"),
        'S' => Write(" { ") && ReadList(ReadField, ", ") >= 0 && Write(" }"),
        _ => false,
    };

    bool ReadField() => TryReadIdentifier(out var name, out _) && Write(name + ": ") && ReadConstant(inValue: true);

    /// <summary>Hexadecimal digits before an underscore, without leading zeros.</summary>
    bool TryReadHex(out string digits)
    {
        var start = _at;
        while (char.IsAsciiDigit(Peek()) || Peek() is >= 'a' and <= 'f')
            _at++;
        digits = text[start.._at].TrimStart('0');
        if (digits.Length == 0)
            digits = "0";
        return Take('_');
    }

    static string Decimal(string digits) =>
        ulong.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value)
            ? value.ToString(CultureInfo.InvariantCulture)
            : "0x" + digits;

    bool WriteCharacter(string digits)
    {
        if (!int.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value) || !Rune.IsValid(value))
            return false;

        return Write("'" + Escape(new(value), '\'') + "'");
    }

    // The UTF-8 of a text, in hexadecimal.
    bool WriteText()
    {
        var start = _at;
        while (char.IsAsciiHexDigitLower(Peek()))
            _at++;
        var digits = text[start.._at];
        if (digits.Length % 2 != 0 || !Take('_'))
            return false;

        var words = Encoding.UTF8.GetString(Convert.FromHexString(digits));
        return Write("\"" + string.Concat(words.EnumerateRunes().Select(rune => Escape(rune, '"'))) + "\"");
    }

    static string Escape(Rune rune, char quote) => rune.Value switch
    {
        '\t' => "\\t",
        '\r' => "\\r",
        '\n' => "\\n",
        '\\' => "\\\\",
        '\0' => "\\0",
        _ when rune.Value == quote => "\\" + quote,
        _ when Rune.IsControl(rune) => string.Create(CultureInfo.InvariantCulture, $"\\u{{{rune.Value:x}}}"),
        _ => rune.ToString(),
    };
}
