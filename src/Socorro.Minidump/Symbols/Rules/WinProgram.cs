using System.Buffers.Text;
using System.Numerics;
using Socorro.Minidumps.Memory;

namespace Socorro.Minidumps.Symbols.Rules;

/// <summary>Runs the postfix programs of STACK WIN frame data: 32-bit values, named variables, assignment.</summary>
ref struct WinProgram
{
    /// <summary>More variables or a deeper stack than any compiler's program needs fail it.</summary>
    public const int MaxVariables = 48;

    public const int Eip = 0;
    public const int Esp = 1;
    public const int Ebp = 2;
    public const int Ebx = 3;
    public const int Params = 6;
    public const int CalleeParams = 7;
    public const int SavedRegs = 8;
    public const int Locals = 9;
    public const int RaSearch = 10;
    public const int RaSearchStart = 11;

    const int MaxStack = 64;
    const int KnownCount = 12;

    readonly ReadOnlySpan<byte> _text;
    readonly MemoryMap _memory;
    readonly Span<Variable> _variables;
    int _count = KnownCount;

    public WinProgram(ReadOnlySpan<byte> text, MemoryMap memory, Span<Variable> variables)
    {
        _text = text;
        _memory = memory;
        _variables = variables;
        variables.Clear();
    }

    public readonly void Set(int variable, uint value) =>
        _variables[variable] = _variables[variable] with { IsSet = true, Value = value };

    public readonly bool TryGet(int variable, out uint value)
    {
        value = _variables[variable].Value;
        return _variables[variable].IsSet;
    }

    public bool TryRun()
    {
        Span<Operand> stack = stackalloc Operand[MaxStack];
        var depth = 0;
        foreach (var range in new TokenEnumerator(_text))
        {
            var (start, length) = range.GetOffsetAndLength(_text.Length);

            // Some compilers glue an assignment to the token behind it.
            if (_text[start] == '=')
            {
                if (!TryAssign(stack, ref depth))
                    return false;
                start++;
                length--;
            }

            if (length > 0 && !TryToken(start, length, stack, ref depth))
                return false;
        }

        return true;
    }

    bool TryToken(int start, int length, scoped Span<Operand> stack, ref int depth)
    {
        var token = _text.Slice(start, length);
        if (length == 1 && "+-*/%@"u8.Contains(token[0]))
            return TryBinary(token[0], stack, ref depth);

        if (length == 1 && token[0] == '^')
        {
            if (depth == 0 || !TryResolve(stack[depth - 1], out var address))
                return false;

            var isLoaded = _memory.TryReadInteger(address, 4, out var word);
            stack[depth - 1] = new(OperandKind.Number, (uint)word);
            return isLoaded;
        }

        if (depth == stack.Length)
            return false;

        if (token.SequenceEqual(".undef"u8))
        {
            stack[depth++] = new(OperandKind.Undefined, 0);
            return true;
        }

        if (token[0] is (byte)'$' or (byte)'.')
        {
            if (!TryFindVariable(start, length, out var variable))
                return false;

            stack[depth++] = new(OperandKind.Variable, (uint)variable);
            return true;
        }

        if (!Utf8Parser.TryParse(token, out long number, out var consumed) || consumed != length)
            return false;

        stack[depth++] = new(OperandKind.Number, unchecked((uint)number));
        return true;
    }

    readonly bool TryAssign(scoped Span<Operand> stack, ref int depth)
    {
        if (depth < 2 || stack[depth - 2].Kind != OperandKind.Variable)
            return false;

        depth -= 2;
        var value = 0u;
        var isSet = stack[depth + 1].Kind != OperandKind.Undefined;
        if (isSet && !TryResolve(stack[depth + 1], out value))
            return false;

        ref var variable = ref _variables[(int)stack[depth].Value];
        variable = variable with { IsSet = isSet, Value = value };
        return true;
    }

    readonly bool TryBinary(byte operation, scoped Span<Operand> stack, ref int depth)
    {
        if (depth < 2 || !TryResolve(stack[depth - 2], out var left) || !TryResolve(stack[depth - 1], out var right))
            return false;

        if (operation is (byte)'/' or (byte)'%' && right == 0 || operation == '@' && !BitOperations.IsPow2(right))
            return false;

        depth--;
        stack[depth - 1] = new(
            OperandKind.Number,
            unchecked(operation switch
            {
                (byte)'+' => left + right,
                (byte)'-' => left - right,
                (byte)'*' => left * right,
                (byte)'/' => left / right,
                (byte)'%' => left % right,
                _ => left & (0 - right),
            }));
        return true;
    }

    readonly bool TryResolve(Operand operand, out uint value)
    {
        value = operand.Value;
        return operand.Kind switch
        {
            OperandKind.Number => true,
            OperandKind.Variable => TryGet((int)operand.Value, out value),
            _ => false,
        };
    }

    bool TryFindVariable(int start, int length, out int variable)
    {
        var name = _text.Slice(start, length);
        for (variable = 0; variable < _count; variable++)
        {
            var known = variable < KnownCount
                ? NameOf(variable)
                : _text.Slice(_variables[variable].Start, _variables[variable].Length);
            if (name.SequenceEqual(known))
                return true;
        }

        if (_count == _variables.Length)
            return false;

        _variables[_count++] = new(start, length, false, 0);
        return true;
    }

    static ReadOnlySpan<byte> NameOf(int variable) => variable switch
    {
        0 => "$eip"u8,
        1 => "$esp"u8,
        2 => "$ebp"u8,
        3 => "$ebx"u8,
        4 => "$esi"u8,
        5 => "$edi"u8,
        6 => ".cbParams"u8,
        7 => ".cbCalleeParams"u8,
        8 => ".cbSavedRegs"u8,
        9 => ".cbLocals"u8,
        10 => ".raSearch"u8,
        _ => ".raSearchStart"u8,
    };

    /// <summary>A variable; one that the program made up has its name in the program's text.</summary>
    public readonly record struct Variable(int Start, int Length, bool IsSet, uint Value);

    enum OperandKind : byte
    {
        Number,
        Variable,
        Undefined,
    }

    readonly record struct Operand(OperandKind Kind, uint Value);
}
