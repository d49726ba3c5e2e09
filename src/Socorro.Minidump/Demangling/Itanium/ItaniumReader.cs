using System.Globalization;

namespace Socorro.Minidumps.Demangling.Itanium;

/// <summary>
/// Reads names that are mangled by the Itanium C++ ABI (https://itanium-cxx-abi.github.io/cxx-abi/abi.html#mangling), as GCC and
/// Clang do. Each method reads what the grammar calls by its name, and returns null where it is not there.
/// </summary>
sealed partial class ItaniumReader(string text)
{
    const int MaxHeight = 400;
    const int MaxDepth = 200;

    /// <summary>What S_ and its like stand for.</summary>
    readonly List<Node> _substitutions = [];

    int _at;
    int _depth;
    bool _isConversion;

    /// <summary>A whole name behind its prefix, with what optimisers add at the end.</summary>
    public Node? ReadMangled()
    {
        if (ReadEncoding() is not { } node)
            return null;

        while (_at < text.Length)
        {
            if (ReadCloneSuffix() is not { } suffix)
                return null;
            node = new Special("", node, $" [clone {suffix}]");
        }

        return node;
    }

    char Peek(int ahead = 0) => _at + ahead < text.Length ? text[_at + ahead] : '\0';

    bool Take(char expected)
    {
        if (Peek() != expected)
            return false;

        _at++;
        return true;
    }

    bool Take(string expected)
    {
        if (string.CompareOrdinal(text, _at, expected, 0, expected.Length) != 0)
            return false;

        _at += expected.Length;
        return true;
    }

    bool IsAtDigit => char.IsAsciiDigit(Peek());

    /// <summary>Digits, or −1.</summary>
    int ReadNumber()
    {
        var start = _at;
        while (IsAtDigit && _at - start < 9)
            _at++;
        return _at == start || IsAtDigit ? -1 : int.Parse(text.AsSpan(start, _at - start), CultureInfo.InvariantCulture);
    }

    /// <summary>A number between an optional letter and an underscore, counted from 0 when it is left out; −1 when it is none.</summary>
    int ReadIndex()
    {
        if (Take('_'))
            return 0;

        var number = ReadNumber();
        return number >= 0 && Take('_') ? number + 1 : -1;
    }

    Node? Remember(Node? node)
    {
        if (node is null || node.Height > MaxHeight)
            return null;

        _substitutions.Add(node);
        return node;
    }

    // ".isra.0", ".constprop.1", ".llvm.123": letters, or a number, and further numbers.
    string? ReadCloneSuffix()
    {
        var start = _at;
        if (!Take('.'))
            return null;

        var first = _at;
        while (char.IsAsciiLetter(Peek()) || Peek() == '_')
            _at++;
        if (_at == first && !IsAtDigit)
            return null;
        while (_at == first ? IsAtDigit : Peek() == '.' && char.IsAsciiDigit(Peek(1)))
        {
            _at++;
            while (IsAtDigit)
                _at++;
        }

        return text[start.._at];
    }

    bool IsAtEndOfEncoding => Peek() is '\0' or 'E' or '.' or '_';

    Node? ReadEncoding()
    {
        if (++_depth > MaxDepth)
            return null;

        var node = Peek() is 'G' or 'T' ? ReadSpecialName() : ReadEntity();
        _depth--;
        return node is { Height: <= MaxHeight } ? node : null;
    }

    Node? ReadEntity()
    {
        var state = new NameState();
        if (ReadName(state) is not { } name)
            return null;
        if (IsAtEndOfEncoding)
            return name;

        Node? returns = null;
        if (state is { HasArguments: true, HasNoResult: false } && (returns = ReadType()) is null)
            return null;

        return ReadParameters() is { } parameters ? new Function(name, returns, parameters, state) : null;
    }

    /// <summary>The types of parameters up to the end of the function; a single void is none.</summary>
    List<Node>? ReadParameters()
    {
        var parameters = new List<Node>();
        if (Peek() == 'v' && (_at++, IsAtEndOfEncoding).Item2)
            return parameters;

        do
        {
            if (ReadType() is not { } parameter)
                return null;
            parameters.Add(parameter);
        }
        while (!IsAtEndOfEncoding);

        return parameters;
    }

    Node? ReadSpecialName()
    {
        if (Take("TV"))
            return Of("vtable for ", ReadType());
        if (Take("TT"))
            return Of("VTT for ", ReadType());
        if (Take("TI"))
            return Of("typeinfo for ", ReadType());
        if (Take("TS"))
            return Of("typeinfo name for ", ReadType());
        if (Take("TW"))
            return Of("TLS wrapper function for ", ReadName(new()));
        if (Take("TH"))
            return Of("TLS init function for ", ReadName(new()));
        if (Take("TA"))
            return Of("template parameter object for ", ReadTemplateArgument());
        if (Take("TC"))
            return ReadConstructionTable();
        if (Take("Tc"))
            return SkipOffset() && SkipOffset() ? Of("covariant return thunk to ", ReadEncoding()) : null;
        if (Peek() == 'T' && Peek(1) is 'h' or 'v')
        {
            _at++;
            var what = Peek() == 'h' ? "non-virtual thunk to " : "virtual thunk to ";
            return SkipOffset() ? Of(what, ReadEncoding()) : null;
        }

        if (Take("GV"))
            return Of("guard variable for ", ReadName(new()));
        if (Take("GR"))
            return ReadTemporary();
        if (Take("GA"))
            return Of("hidden alias for ", ReadEncoding());
        if (Take("GTt"))
            return Of("transaction clone for ", ReadEncoding());
        return Take("GTn") ? Of("non-transaction clone for ", ReadEncoding()) : null;

        static Node? Of(string what, Node? entity) => entity is null ? null : new Special(what, entity);
    }

    Special? ReadConstructionTable()
    {
        if (ReadType() is not { } derived || ReadNumber() < 0 || !Take('_') || ReadType() is not { } part)
            return null;

        return new Special("construction vtable for ", part, "-in-", derived);
    }

    Special? ReadTemporary()
    {
        if (ReadName(new()) is not { } name)
            return null;

        var number = ReadSequenceNumber();
        return number < 0 ? null : new Special($"reference temporary #{number} for ", name);
    }

    // h or v, then one or two numbers that may be negative.
    bool SkipOffset()
    {
        var isVirtual = Peek() == 'v';
        _at++;
        for (var count = isVirtual ? 2 : 1; count > 0; count--)
        {
            Take('n');
            if (ReadNumber() < 0 || !Take('_'))
                return false;
        }

        return true;
    }

}

/// <summary>What a name tells the function that it is of.</summary>
sealed class NameState
{
    /// <summary>Whether it ends with template arguments, so that what the function returns is said.</summary>
    public bool HasArguments { get; set; }

    /// <summary>The last template arguments in it, which T_ and its like stand for.</summary>
    public IReadOnlyList<Node>? Arguments { get; set; }

    /// <summary>Constructors, destructors and conversions never say what they return.</summary>
    public bool HasNoResult { get; set; }

    /// <summary>Of the function, such as " const &amp;".</summary>
    public string Qualifiers { get; set; } = "";
}
