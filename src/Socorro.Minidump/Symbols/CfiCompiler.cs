using System.Buffers.Text;
using System.Text;

namespace Socorro.Minidumps.Symbols;

/// <summary>
/// Turns the text of STACK CFI rules into the byte code of <see cref="CfiRules"/>. Rules of an INIT record and of its
/// rows are merged as they come: a later rule for a register replaces the earlier one.
/// </summary>
sealed class CfiCompiler
{
    /// <summary>Deeper expressions than any converter writes are refused, so that evaluation has a fixed stack.</summary>
    public const int MaxStack = 32;

    readonly Dictionary<string, int> _nameIndex = new(StringComparer.Ordinal);
    readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _nameLookup;
    readonly List<string> _names = [];
    readonly List<Rule> _rules = [];
    readonly List<byte> _operations = [];
    bool _usable;

    public CfiCompiler()
    {
        _nameLookup = _nameIndex.GetAlternateLookup<ReadOnlySpan<char>>();
        GetName(".cfa"u8);
        GetName(".ra"u8);
    }

    /// <summary>The register names that the byte code refers to by index; ".cfa" and ".ra" come first.</summary>
    public IReadOnlyList<string> Names => _names;

    /// <summary>Begins the rules of an INIT record.</summary>
    public void Begin(ReadOnlySpan<byte> rules)
    {
        _rules.Clear();
        _usable = true;
        Merge(rules);
    }

    /// <summary>Merges the rules of a later row of the same INIT record. A malformed row makes it and its followers unusable.</summary>
    public void Merge(ReadOnlySpan<byte> rules)
    {
        var target = -1;
        var start = 0;
        foreach (var range in new TokenEnumerator(rules))
        {
            var token = rules[range];
            if (token[^1] != ':')
            {
                _usable &= target >= 0;
                continue;
            }

            Finish(target, rules[start..range.Start]);
            target = GetName(token[..^1]);
            start = range.End.Value;
        }

        Finish(target, rules[start..]);
    }

    /// <summary>Appends the program of the rules in force: nothing when they are unusable.</summary>
    public void Emit(List<byte> program)
    {
        if (!_usable)
            return;

        EmitRule(CfiRules.CfaName, program);
        EmitRule(CfiRules.RaName, program);
        foreach (var rule in _rules)
        {
            if (rule.Target > CfiRules.RaName)
                program.AddRange(rule.Code);
        }
    }

    void EmitRule(int target, List<byte> program)
    {
        foreach (var rule in _rules)
        {
            if (rule.Target == target)
                program.AddRange(rule.Code);
        }
    }

    void Finish(int target, ReadOnlySpan<byte> expression)
    {
        if (target < 0)
            return;

        var code = new List<byte>(8);
        ByteCode.WriteUnsigned(code, (uint)target);
        _usable &= Compile(target, expression, code);
        _rules.RemoveAll(rule => rule.Target == target);
        _rules.Add(new(target, [.. code]));
    }

    /// <summary>False when there is no expression at all.</summary>
    bool Compile(int target, ReadOnlySpan<byte> expression, List<byte> code)
    {
        _operations.Clear();
        var depth = 0;
        var valid = true;
        var count = 0;
        var shape = new Shape();
        foreach (var range in new TokenEnumerator(expression))
        {
            var token = expression[range];
            count++;
            if (count == 1 && token.SequenceEqual(".undef"u8))
                shape.IsUndefined = true;
            valid &= depth <= MaxStack && CompileToken(target, token, ref depth, ref shape);
        }

        if (count == 1 && shape.IsUndefined)
            code.Add((byte)CfiForm.Undefined);
        else if (!valid || depth != 1)
            code.Add((byte)CfiForm.Fails);
        else
            EmitExpression(shape, code);

        return count > 0;
    }

    bool CompileToken(int target, ReadOnlySpan<byte> token, ref int depth, ref Shape shape)
    {
        if (token.Length == 1 && "+-*/%@^"u8.IndexOf(token[0]) is var index and >= 0)
        {
            var operation = (CfiOperation)((int)CfiOperation.Add + index);
            var needed = operation == CfiOperation.Load ? 1 : 2;
            if (depth < needed)
                return false;

            depth -= needed - 1;
            shape.Add(operation, 0);
            _operations.Add((byte)operation);
            return true;
        }

        depth++;
        if (Utf8Parser.TryParse(token, out long number, out var consumed) && consumed == token.Length)
        {
            shape.Add(CfiOperation.Push, number);
            _operations.Add((byte)CfiOperation.Push);
            ByteCode.WriteSigned(_operations, number);
            return true;
        }

        if (token.SequenceEqual(".cfa"u8))
        {
            shape.Add(CfiOperation.Cfa, 0);
            _operations.Add((byte)CfiOperation.Cfa);
            return target != CfiRules.CfaName;
        }

        if (token[0] == '.')
            return false;

        var register = GetName(token);
        shape.Add(CfiOperation.Register, register);
        _operations.Add((byte)CfiOperation.Register);
        ByteCode.WriteUnsigned(_operations, (uint)register);
        return true;
    }

    void EmitExpression(Shape shape, List<byte> code)
    {
        switch (shape.Form)
        {
            case CfiForm.RegisterPlus:
                code.Add((byte)CfiForm.RegisterPlus);
                ByteCode.WriteUnsigned(code, (uint)shape.Register);
                ByteCode.WriteSigned(code, shape.Offset);
                break;
            case CfiForm.CfaPlus or CfiForm.LoadCfaPlus:
                code.Add((byte)shape.Form);
                ByteCode.WriteSigned(code, shape.Offset);
                break;
            default:
                code.Add((byte)CfiForm.General);
                ByteCode.WriteUnsigned(code, (uint)_operations.Count);
                code.AddRange(_operations);
                break;
        }
    }

    /// <summary>A register has one identity with and without its dollar sign.</summary>
    int GetName(ReadOnlySpan<byte> name)
    {
        if (name is [(byte)'$', .. var bare])
            name = bare;

        Span<char> chars = stackalloc char[64];
        var text = name.Length <= chars.Length
            ? (ReadOnlySpan<char>)chars[..Encoding.Latin1.GetChars(name, chars)]
            : Encoding.Latin1.GetString(name);
        if (_nameLookup.TryGetValue(text, out var index))
            return index;

        index = _names.Count;
        _names.Add(text.ToString());
        _nameIndex.Add(_names[index], index);
        return index;
    }

    readonly record struct Rule(int Target, byte[] Code);

    /// <summary>Follows an expression to see whether it is one of the common forms.</summary>
    struct Shape
    {
        int _count;
        bool _broken;
        long _pending;

        public bool IsUndefined { get; set; }

        public CfiForm Form { get; private set; }

        public int Register { get; private set; }

        public long Offset { get; private set; }

        public void Add(CfiOperation operation, long operand)
        {
            _count++;
            switch (_count, operation)
            {
                case (1, CfiOperation.Register):
                    Register = (int)operand;
                    Form = CfiForm.RegisterPlus;
                    break;
                case (1, CfiOperation.Cfa):
                    Form = CfiForm.CfaPlus;
                    break;
                case (2, CfiOperation.Push):
                    _pending = operand;
                    break;
                case (3, CfiOperation.Add):
                    Offset = _pending;
                    break;
                case (3, CfiOperation.Subtract):
                    Offset = unchecked(-_pending);
                    break;
                case (2 or 4, CfiOperation.Load) when Form == CfiForm.CfaPlus:
                    Form = CfiForm.LoadCfaPlus;
                    _count = 4;
                    break;
                default:
                    _broken = true;
                    break;
            }

            if (_broken)
                Form = CfiForm.General;
        }
    }
}
