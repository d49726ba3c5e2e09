using Socorro.Minidumps.Cpu;

namespace Socorro.Minidumps.Images.Dwarf;

/// <summary>
/// Runs the instructions of a description up to an address, and gives the rules that are in force there (DWARF 5,
/// section 6.4.2).
/// </summary>
ref struct DwarfRows(CpuTraits cpu, DwarfSection section)
{
    /// <summary>Register numbers beyond this are those of vector registers.</summary>
    const int MaxRegisters = 40;

    /// <summary>Compilers remember one state, in an epilogue in the middle of a function.</summary>
    const int MaxRemembered = 32;

    readonly CpuTraits _cpu = cpu;
    readonly DwarfSection _section = section;
    readonly List<Row> _remembered = [];

    Row _row = new(MaxRegisters);
    Row _initial = new(MaxRegisters);
    DwarfCommon _common;
    ulong _at;
    ulong _start;
    bool _isBroken;

    /// <summary>Null when the rules can't be told. Says from which address on they hold.</summary>
    public FrameRules? Run(DwarfEntry entry, ulong rva, out ulong start)
    {
        _common = entry.Common;
        _at = _start = entry.Start;
        Execute(entry.Common.Instructions, rva);
        _initial = _row.Clone();
        Execute(entry.Instructions, rva);
        start = _start;
        return _isBroken ? null : ToRules();
    }

    void Execute(ReadOnlySpan<byte> instructions, ulong rva)
    {
        var cursor = new ByteCursor(instructions, _section.BigEndian);
        while (!cursor.IsAtEnd && !_isBroken && _at <= rva)
        {
            _start = _at;
            Step(ref cursor);
        }

        _isBroken |= cursor.IsBroken;
    }

    void Step(ref ByteCursor cursor)
    {
        var instruction = cursor.U8();
        var operand = instruction & 0x3fu;
        switch (instruction >> 6)
        {
            case 1:
                Advance(operand);
                break;
            case 2:
                Set(operand, new(RuleKind.AtCfa, Scale(cursor.Uleb())));
                break;
            case 3:
                Restore(operand);
                break;
            default:
                StepExtended(instruction, ref cursor);
                break;
        }
    }

    void StepExtended(byte instruction, ref ByteCursor cursor)
    {
        switch (instruction)
        {
            case 0x00: // nop
            case 0x2d: // the return address is signed from here on, or no more (arm64); a register window (sparc)
                break;
            case 0x02:
                Advance(cursor.U8());
                break;
            case 0x03:
                Advance(cursor.U16());
                break;
            case 0x04:
                Advance(cursor.U32());
                break;
            case 0x05: // offset_extended
                Set(cursor.Uleb(), new(RuleKind.AtCfa, Scale(cursor.Uleb())));
                break;
            case 0x06: // restore_extended
                Restore(cursor.Uleb());
                break;
            case 0x07: // undefined
                Set(cursor.Uleb(), new(RuleKind.Undefined, 0));
                break;
            case 0x08: // same_value
                Set(cursor.Uleb(), new(RuleKind.Same, 0));
                break;
            case 0x09: // register
                Set(cursor.Uleb(), new(RuleKind.Register, (long)cursor.Uleb()));
                break;
            case 0x0a: // remember_state
                _isBroken |= _remembered.Count == MaxRemembered;
                _remembered.Add(_row.Clone());
                break;
            case 0x0b: // restore_state
                RestoreState();
                break;
            case 0x0f: // def_cfa_expression
                _row.CfaExpression = cursor.Take(cursor.Uleb()).ToArray();
                break;
            case 0x10: // expression
                Set(cursor.Uleb(), new(RuleKind.AtExpression, 0, cursor.Take(cursor.Uleb()).ToArray()));
                break;
            case 0x16: // val_expression
                Set(cursor.Uleb(), new(RuleKind.Expression, 0, cursor.Take(cursor.Uleb()).ToArray()));
                break;
            case 0x11: // offset_extended_sf
                Set(cursor.Uleb(), new(RuleKind.AtCfa, Scale(cursor.Sleb())));
                break;
            case 0x14: // val_offset
                Set(cursor.Uleb(), new(RuleKind.Cfa, Scale(cursor.Uleb())));
                break;
            case 0x15: // val_offset_sf
                Set(cursor.Uleb(), new(RuleKind.Cfa, Scale(cursor.Sleb())));
                break;
            case 0x2e: // GNU_args_size
                cursor.Uleb();
                break;
            case 0x2f: // GNU_negative_offset_extended
                Set(cursor.Uleb(), new(RuleKind.AtCfa, unchecked(-Scale(cursor.Uleb()))));
                break;
            default:
                DefineCfa(instruction, ref cursor);
                break;
        }
    }

    void DefineCfa(byte instruction, ref ByteCursor cursor)
    {
        switch (instruction)
        {
            case 0x0c: // def_cfa
                SetCfa(cursor.Uleb(), (long)cursor.Uleb());
                break;
            case 0x0d: // def_cfa_register
                SetCfa(cursor.Uleb(), _row.CfaOffset);
                break;
            case 0x0e: // def_cfa_offset
                SetCfa(_row.CfaRegister, (long)cursor.Uleb());
                break;
            case 0x12: // def_cfa_sf
                SetCfa(cursor.Uleb(), Scale(cursor.Sleb()));
                break;
            case 0x13: // def_cfa_offset_sf
                SetCfa(_row.CfaRegister, Scale(cursor.Sleb()));
                break;
            default:
                _isBroken = true;
                break;
        }
    }

    readonly long Scale(ulong factored) => unchecked((long)factored * _common.DataAlignment);

    readonly long Scale(long factored) => unchecked(factored * _common.DataAlignment);

    void Advance(ulong delta) => _at = unchecked(_at + delta * _common.CodeAlignment);

    void SetCfa(ulong register, long offset)
    {
        _row.CfaRegister = register;
        _row.CfaOffset = offset;
        _row.CfaExpression = null;
    }

    readonly void Set(ulong register, Rule rule)
    {
        if (register < MaxRegisters)
            _row.Rules[register] = rule;
    }

    readonly void Restore(ulong register)
    {
        if (register < MaxRegisters)
            _row.Rules[register] = _initial.Rules[register];
    }

    void RestoreState()
    {
        if (_remembered.Count == 0)
        {
            _isBroken = true;
            return;
        }

        _row = _remembered[^1];
        _remembered.RemoveAt(_remembered.Count - 1);
    }

    readonly FrameRules? ToRules()
    {
        var cfa = _row.CfaExpression is { } expression
            ? ToValue(new(RuleKind.Expression, 0, expression), withCfa: false)
            : ToIndex(_row.CfaRegister) is var register and >= 0 ? FrameValue.Of(register, _row.CfaOffset) : null;
        if (cfa is null)
            return null;

        var rules = new FrameRules(_cpu) { Cfa = cfa.Value, IsSignalFrame = _common.IsSignalFrame };
        for (var number = 0u; number < MaxRegisters; number++)
        {
            if (_row.Rules[number].Kind != RuleKind.None && ToIndex(number) is var index and >= 0)
                rules[index] = ToValue(_row.Rules[number], withCfa: true, index) ?? FrameValue.Undefined;
        }

        // A return address that no rule speaks of is where the call put it, if that is a register.
        if (ToIndex(_common.ReturnRegister) is var link and >= 0)
        {
            var rule = _common.ReturnRegister < MaxRegisters ? _row.Rules[_common.ReturnRegister] : default;
            rules[_cpu.Pc] = rule.Kind is RuleKind.None or RuleKind.Same ? FrameValue.Of(link) : rules[link];
        }

        return rules;
    }

    readonly FrameValue? ToValue(Rule rule, bool withCfa, int index = -1) => rule.Kind switch
    {
        RuleKind.Same => FrameValue.Of(index),
        RuleKind.AtCfa => FrameValue.AtCfa(rule.Operand),
        RuleKind.Cfa => FrameValue.Cfa(rule.Operand),
        RuleKind.Register => ToIndex((ulong)rule.Operand) is var other and >= 0 ? FrameValue.Of(other) : null,
        RuleKind.Expression or RuleKind.AtExpression => ToProgram(rule, withCfa) is { } program ? FrameValue.Of(program) : null,
        _ => null,
    };

    readonly byte[]? ToProgram(Rule rule, bool withCfa) => DwarfExpression.Convert(
        new(rule.Expression, _section.BigEndian), _cpu, withCfa, isLocation: rule.Kind == RuleKind.AtExpression);

    readonly int ToIndex(ulong number) => DwarfRegisters.ToIndex(_cpu.Kind, number);

    enum RuleKind : byte
    {
        None,
        Undefined,
        Same,
        AtCfa,
        Cfa,
        Register,
        AtExpression,
        Expression,
    }

    readonly record struct Rule(RuleKind Kind, long Operand, byte[]? Expression = null);

    struct Row(int registers)
    {
        public Rule[] Rules = new Rule[registers];
        public ulong CfaRegister = ulong.MaxValue;
        public long CfaOffset;
        public byte[]? CfaExpression;

        public readonly Row Clone()
        {
            var copy = this;
            copy.Rules = (Rule[])Rules.Clone();
            return copy;
        }
    }
}
