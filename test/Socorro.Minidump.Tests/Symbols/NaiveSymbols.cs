using System.Globalization;
using System.Text;

namespace Socorro.Minidumps.Tests.Symbols;

/// <summary>
/// A symbol file read the plainest way, record by record into lists that are searched from end to end. It shares no code
/// with the product, and says what the product should.
/// </summary>
sealed class NaiveSymbols
{
    readonly Dictionary<uint, string> _files = [];
    readonly Dictionary<uint, string> _origins = [];
    readonly List<Function> _functions = [];
    readonly List<(uint Rva, string Name)> _publics = [];
    readonly List<Range> _ranges = [];

    public NaiveSymbols(string text)
    {
        Function? function = null;
        foreach (var line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.TrimEnd('\r')))
        {
            var fields = line.Split(' ');
            switch (fields[0])
            {
                case "FILE":
                    _files[Decimal(fields[1])] = line.Split(' ', 3)[2];
                    break;
                case "INLINE_ORIGIN":
                    _origins[Decimal(fields[1])] = line.Split(' ', 3).ElementAtOrDefault(2) ?? "";
                    break;
                case "FUNC":
                    fields = [.. fields.Where((field, i) => i != 1 || field != "m")];
                    function = new(Hex(fields[1]), Hex(fields[2]), string.Join(' ', fields.Skip(4)));
                    _functions.Add(function);
                    break;
                case "PUBLIC":
                    fields = [.. fields.Where((field, i) => i != 1 || field != "m")];
                    _publics.Add((Hex(fields[1]), string.Join(' ', fields.Skip(3))));
                    break;
                case "INLINE":
                    for (var i = 5; i + 1 < fields.Length; i += 2)
                    {
                        function!.Inlines.Add(new(
                            Decimal(fields[1]),
                            Hex(fields[i]),
                            Hex(fields[i + 1]),
                            Decimal(fields[4]),
                            Decimal(fields[3]),
                            Decimal(fields[2])));
                    }

                    break;
                case "STACK" when line.StartsWith("STACK CFI INIT ", StringComparison.Ordinal):
                    _ranges.Add(new(Hex(fields[3]), Hex(fields[4]), [(Hex(fields[3]), string.Join(' ', fields.Skip(5)))]));
                    break;
                case "STACK" when fields[1] == "CFI":
                    _ranges[^1].Rows.Add((Hex(fields[2]), string.Join(' ', fields.Skip(3))));
                    break;
                case "MODULE" or "INFO" or "STACK":
                    break;
                default:
                    function!.Lines.Add((Hex(fields[0]), Hex(fields[1]), Decimal(fields[2]), Decimal(fields[3])));
                    break;
            }
        }
    }

    /// <summary>Addresses at which something begins or ends, and their neighbours.</summary>
    public IEnumerable<uint> Edges => _functions.SelectMany(f => (uint[])[f.Rva, f.Rva + f.Size])
        .Concat(_functions.SelectMany(f => f.Lines.Select(line => line.Rva)))
        .Concat(_functions.SelectMany(f => f.Inlines.SelectMany(i => (uint[])[i.Rva, i.Rva + i.Size])))
        .Concat(_publics.Select(p => p.Rva))
        .Concat(_ranges.SelectMany(r => r.Rows.Select(row => row.Rva).Append(r.Rva + r.Size)))
        .SelectMany(rva => (uint[])[rva == 0 ? 0 : rva - 1, rva, rva + 1])
        .Distinct()
        .Order();

    /// <summary>Inlines, function and positions at an address, in the words of the comparison.</summary>
    public string Describe(uint rva)
    {
        if (_functions.Where(f => rva - f.Rva < f.Size).MaxBy(f => f.Rva) is not { } function)
            return DescribePublic(rva);

        var line = function.Lines.Find(line => rva - line.Rva < line.Size);
        var position = line.Size == 0 ? ":0" : $"{_files.GetValueOrDefault(line.File)}:{line.Line}";
        var calls = new List<Inline>();
        while (function.Inlines.Find(i => i.Depth == calls.Count && rva - i.Rva < i.Size) is { } call)
            calls.Add(call);

        var text = new StringBuilder();
        foreach (var call in calls.AsEnumerable().Reverse())
        {
            text.Append(CultureInfo.InvariantCulture, $"{_origins.GetValueOrDefault(call.Origin)} {position} < ");
            position = $"{_files.GetValueOrDefault(call.File)}:{call.Line}";
        }

        return text.Append(CultureInfo.InvariantCulture, $"{function.Name} {function.Rva:x} {position}").ToString();
    }

    /// <summary>The rules at an address, merged and by name; null for none.</summary>
    public string? DescribeCfi(uint rva)
    {
        if (_ranges.Find(r => rva - r.Rva < r.Size) is not { } range)
            return null;

        var rules = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var row in range.Rows.Where(row => row.Rva <= rva))
        {
            var name = "";
            foreach (var token in row.Rules.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            {
                if (token.EndsWith(':'))
                    rules[name = token] = "";
                else
                    rules[name] += " " + token;
            }
        }

        return string.Join(' ', rules.Select(rule => rule.Key + rule.Value));
    }

    string DescribePublic(uint rva)
    {
        var before = _publics.Where(p => p.Rva <= rva).ToList();
        if (before.Count == 0)
            return "nothing";

        var nearest = before.Max(p => p.Rva);
        var isBounded = rva - nearest >= 0x10000
            || _functions.Exists(f => f.Rva >= nearest && f.Rva <= rva)
            || rva >= EndOfRules(nearest);
        return isBounded ? "nothing" : $"{before.Find(p => p.Rva == nearest).Name} {nearest:x} :0";
    }

    /// <summary>The end of the unwind ranges that a symbol begins in, or the start of the next ones.</summary>
    ulong EndOfRules(uint rva)
    {
        if (_ranges.Find(r => rva - r.Rva < r.Size) is not { } own)
            return _ranges.Where(r => r.Rva > rva).Select(r => (ulong)r.Rva).DefaultIfEmpty(ulong.MaxValue).Min();

        var end = own.Rva + own.Size;
        while (rva % 16 == 0
            && _ranges.Where(r => r.Rva >= end).MinBy(r => r.Rva) is { } next
            && next.Rva - end < 16
            && next.Rva % 16 != 0)
        {
            end = next.Rva + next.Size;
        }

        return end;
    }

    static uint Hex(string text) => uint.Parse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);

    static uint Decimal(string text) => uint.Parse(text, CultureInfo.InvariantCulture);

    sealed record Function(uint Rva, uint Size, string Name)
    {
        public List<(uint Rva, uint Size, uint Line, uint File)> Lines { get; } = [];

        public List<Inline> Inlines { get; } = [];
    }

    sealed record Inline(uint Depth, uint Rva, uint Size, uint Origin, uint File, uint Line);

    sealed record Range(uint Rva, uint Size, List<(uint Rva, string Rules)> Rows);
}
