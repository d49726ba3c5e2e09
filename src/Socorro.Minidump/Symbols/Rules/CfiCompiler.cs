using System.Buffers.Text;
using System.Text;
using Socorro.Minidumps.Symbols.Tables;

namespace Socorro.Minidumps.Symbols.Rules;

/// <summary>Turns the text of STACK CFI rules into the byte code of <see cref="CfiRules"/>.</summary>
sealed class CfiCompiler
{
    /// <summary>Deeper expressions than any converter writes are refused, so that evaluation has a fixed stack.</summary>
    public const int MaxStack = 32;

    const int MaxRules = 128;
    const int MaxRuleBytes = 1024;

    readonly Dictionary<string, int> _nameIndex = new(StringComparer.Ordinal);
    readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _nameLookup;
    readonly List<string> _names = [];
    readonly List<Rule> _rules = [];
    readonly ByteBuffer _code = new();
    readonly ByteBuffer _operations = new();

    public CfiCompiler()
    {
        _nameLookup = _nameIndex.GetAlternateLookup<ReadOnlySpan<char>>();
        GetName(".cfa"u8);
        GetName(".ra"u8);
    }

    /// <summary>The register names that the byte code refers to by index; ".cfa" and ".ra" come first.</summary>
    public IReadOnlyList<string> Names => _names;

    /// <summary>
    /// Merges a record's rules into a set: a later rule for a register replaces the earlier one. A record with a rule that
    /// has no expression, or with tokens in front of its first rule, makes the result unusable.
    /// </summary>
    public RuleSet Merge(RuleSet set, ReadOnlySpan<byte> rules)
    {
        _rules.Clear();
        _rules.AddRange(set.Rules);
        var target = -1;
        var start = 0;
        foreach (var range in new TokenEnumerator(rules))
        {
            var token = rules[range];
            if (token[^1] == ':')
            {
                if (target >= 0 && !TrySetRule(target, rules[start..range.Start]))
                    return RuleSet.Unusable;

                target = GetName(token[..^1]);
                start = range.End.Value;
            }
            else if (target < 0)
            {
                return RuleSet.Unusable;
            }
        }

        return target >= 0 && TrySetRule(target, rules[start..]) && _rules.Count <= MaxRules
            ? new([.. _rules], Link())
            : RuleSet.Unusable;
    }

    /// <summary>All rules one behind the other: ".cfa", then ".ra", then the others.</summary>
    byte[] Link()
    {
        _code.Clear();
        for (var pass = CfiRules.CfaName; pass <= CfiRules.RaName + 1; pass++)
        {
            foreach (var rule in _rules)
            {
                if (Math.Min(rule.Target, CfiRules.RaName + 1) == pass)
                    _code.Write(rule.Code);
            }
        }

        return _code.Written.ToArray();
    }

    /// <summary>False when there is no expression.</summary>
    bool TrySetRule(int target, ReadOnlySpan<byte> expression)
    {
        _code.Clear();
        _code.WriteVariable((uint)target);
        if (!TryCompile(target, expression))
            return false;

        if (_code.Length > MaxRuleBytes)
        {
            _code.Clear();
            _code.WriteVariable((uint)target);
            _code.WriteByte((byte)CfiForm.Fails);
        }

        _rules.RemoveAll(rule => rule.Target == target);
        _rules.Add(new(target, _code.Written.ToArray()));
        return true;
    }

    bool TryCompile(int target, ReadOnlySpan<byte> expression)
    {
        _operations.Clear();
        var depth = 0;
        var isValid = true;
        var isUndefined = false;
        var count = 0;
        var shape = default(ExpressionShape);
        foreach (var range in new TokenEnumerator(expression))
        {
            var token = expression[range];
            count++;
            isUndefined = count == 1 && token.SequenceEqual(".undef"u8);
            isValid = isValid && depth <= MaxStack && TryCompileToken(target, token, ref depth, ref shape);
        }

        if (isUndefined)
            _code.WriteByte((byte)CfiForm.Undefined);
        else if (!isValid || depth != 1)
            _code.WriteByte((byte)CfiForm.Fails);
        else
            WriteExpression(shape);

        return count > 0;
    }

    bool TryCompileToken(int target, ReadOnlySpan<byte> token, ref int depth, ref ExpressionShape shape)
    {
        if (token.Length == 1 && "+-*/%@^"u8.IndexOf(token[0]) is var index and >= 0)
        {
            var operation = (CfiOperation)((int)CfiOperation.Add + index);
            var operands = operation == CfiOperation.Load ? 1 : 2;
            if (depth < operands)
                return false;

            depth -= operands - 1;
            shape.Add(operation, 0);
            _operations.WriteByte((byte)operation);
            return true;
        }

        depth++;
        if (Utf8Parser.TryParse(token, out long number, out var consumed) && consumed == token.Length)
        {
            shape.Add(CfiOperation.Push, number);
            _operations.WriteByte((byte)CfiOperation.Push);
            _operations.WriteVariableSigned(number);
            return true;
        }

        if (token.SequenceEqual(".cfa"u8))
        {
            shape.Add(CfiOperation.Cfa, 0);
            _operations.WriteByte((byte)CfiOperation.Cfa);
            return target != CfiRules.CfaName;
        }

        if (token[0] == '.')
            return false;

        var register = GetName(token);
        shape.Add(CfiOperation.Register, register);
        _operations.WriteByte((byte)CfiOperation.Register);
        _operations.WriteVariable((uint)register);
        return true;
    }

    void WriteExpression(ExpressionShape shape)
    {
        _code.WriteByte((byte)shape.Form);
        switch (shape.Form)
        {
            case CfiForm.RegisterPlus:
                _code.WriteVariable((uint)shape.Register);
                _code.WriteVariableSigned(shape.Offset);
                break;
            case CfiForm.CfaPlus or CfiForm.LoadCfaPlus:
                _code.WriteVariableSigned(shape.Offset);
                break;
            default:
                _code.WriteVariable((uint)_operations.Length);
                _code.Write(_operations.Written);
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
}
