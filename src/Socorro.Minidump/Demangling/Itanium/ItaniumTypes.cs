namespace Socorro.Minidumps.Demangling.Itanium;

// Types and template arguments.
sealed partial class ItaniumReader
{
    Node? ReadType()
    {
        if (++_depth > MaxDepth)
            return null;

        var node = ReadTypeUncounted();
        _depth--;
        return node is { Height: <= MaxHeight } ? node : null;
    }

    Node? ReadTypeUncounted()
    {
        switch (Peek())
        {
            case 'r' or 'V' or 'K':
                return ReadQualifiedType();
            case 'P':
                return Remember(Behind(1, target => new Pointer(target, "*")));
            case 'R':
                return Remember(Behind(1, target => new Pointer(target, "&")));
            case 'O':
                return Remember(Behind(1, target => new Pointer(target, "&&")));
            case 'C':
                return Remember(Behind(1, type => new Worded(type, " _Complex")));
            case 'G':
                return Remember(Behind(1, type => new Worded(type, " _Imaginary")));
            case 'F':
                return Remember(ReadFunctionType(""));
            case 'A':
                return Remember(ReadArray());
            case 'M':
                return Remember(ReadMemberPointer());
            case 'U' when Peek(1) is not ('t' or 'l'):
                return Remember(ReadVendorQualified());
            case 'u':
                _at++;
                return ReadIdentifier() is { } vendor ? Remember(new Text(vendor)) : null;
            case 'D':
                return ReadTypeOfD();
            case 'T' when Peek(1) is 's' or 'u' or 'e':
                _at += 2;
                return Remember(ReadName(new()));
            case 'T':
                return ReadParameterType();
            case 'S' when Peek(1) != 't':
                return ReadSubstitutedType();
            default:
                return ItaniumTable.Types.TryGetValue(Peek().ToString(), out var code) ? Builtin(1, code) : Remember(ReadName(new()));
        }
    }

    Text Builtin(int length, ItaniumCode code)
    {
        _at += length;
        return new(code.Text);
    }

    Node? Behind(int length, Func<Node, Node> wrap)
    {
        _at += length;
        return ReadType() is { } inner ? wrap(inner) : null;
    }

    string ReadQualifiers()
    {
        var qualifiers = (Take('r') ? " restrict" : "", Take('V') ? " volatile" : "", Take('K') ? " const" : "");
        return qualifiers.Item3 + qualifiers.Item2 + qualifiers.Item1;
    }

    Node? ReadQualifiedType()
    {
        var qualifiers = ReadQualifiers();
        if (IsAtFunctionType)
            return Remember(ReadFunctionType(qualifiers));

        return ReadType() is { } type ? Remember(new Worded(type, qualifiers)) : null;
    }

    Special? ReadVendorQualified()
    {
        _at++;
        if (ReadIdentifier() is not { } qualifier)
            return null;

        Node word = new Text(" " + qualifier);
        if (Peek() == 'I')
        {
            if (ReadTemplateArguments() is not { } arguments)
                return null;
            word = new Templated(word, arguments);
        }

        return ReadType() is { } type ? new Special("", type, "", word) : null;
    }

    Node? ReadTypeOfD()
    {
        switch (Peek(1))
        {
            case 't' or 'T':
                return Remember(ReadDecltype());
            case 'p':
                return Remember(Behind(2, pattern => new Expansion(pattern)));
            case 'v':
                return Remember(ReadVector());
            case 'o' or 'O' or 'w' or 'x':
                return Remember(ReadFunctionType(""));
            case 'F':
                _at += 2;
                var bits = ReadNumber();
                return bits >= 0 && (Take('_') || Take('x')) ? new Text($"_Float{bits}{(text[_at - 1] == 'x' ? "x" : "")}") : null;
            case 'B' or 'U':
                return ReadBitInteger();
            default:
                return _at + 2 <= text.Length && ItaniumTable.Types.TryGetValue(text.Substring(_at, 2), out var code) ? Builtin(2, code) : null;
        }
    }

    Text? ReadBitInteger()
    {
        var isUnsigned = Peek(1) == 'U';
        _at += 2;
        var bits = ReadNumber();
        return bits >= 0 && Take('_') ? new($"{(isUnsigned ? "unsigned " : "")}_BitInt({bits})") : null;
    }

    Special? ReadVector()
    {
        _at += 2;
        Node? length;
        if (Take('_'))
            length = ReadExpression();
        else
            length = ReadNumber() is >= 0 and var number ? new Text(number.ToString(System.Globalization.CultureInfo.InvariantCulture)) : null;
        if (length is null || !Take('_') || ReadType() is not { } element)
            return null;

        return new Special("", element, " __vector(", new Special("", length, ")"));
    }

    Special? ReadDecltype()
    {
        _at += 2;
        return ReadExpression() is { } expression && Take('E') ? new Special("decltype (", expression, ")") : null;
    }

    ArrayType? ReadArray()
    {
        _at++;
        Node? length = null;
        if (IsAtDigit)
            length = ReadNumber() is >= 0 and var number ? new Text(number.ToString(System.Globalization.CultureInfo.InvariantCulture)) : null;
        else if (Peek() != '_' && (length = ReadExpression()) is null)
            return null;
        return Take('_') && ReadType() is { } element ? new ArrayType(element, length) : null;
    }

    Pointer? ReadMemberPointer()
    {
        _at++;
        if (ReadType() is not { } scope)
            return null;

        return ReadType() is { } member ? new Pointer(member, "*", scope) : null;
    }

    bool IsAtFunctionType => (Peek(), Peek(1)) is ('F', _) or ('D', 'o' or 'O' or 'w' or 'x');

    FunctionType? ReadFunctionType(string qualifiers)
    {
        var suffix = qualifiers;
        Node? condition = null;
        if (Take("Do"))
            suffix += " noexcept";
        else if (Take("DO") && ((condition = ReadExpression()) is null || !Take('E')))
            return null;
        else if (Take("Dw") && !SkipThrownTypes())
            return null;
        if (Take("Dx"))
            suffix += " transaction_safe";
        if (!Take('F'))
            return null;

        Take('Y');
        if (ReadType() is not { } returns)
            return null;

        var parameters = new List<Node>();
        while (!Take('E'))
        {
            if (Peek() == 'v' && Peek(1) is 'E' or 'R' or 'O')
            {
                _at++;
                continue;
            }

            if (Peek() is 'R' or 'O' && Peek(1) == 'E')
            {
                suffix += Take('R') ? " &" : Take('O') ? " &&" : "";
                continue;
            }

            if (ReadType() is not { } parameter)
                return null;
            parameters.Add(parameter);
        }

        return new FunctionType(returns, parameters, suffix, condition);
    }

    bool SkipThrownTypes()
    {
        while (!Take('E'))
        {
            if (ReadType() is null)
                return false;
        }

        return true;
    }

    // A template parameter, and its arguments where it is a template itself.
    Node? ReadParameterType()
    {
        if (Remember(ReadTemplateParameter()) is not { } parameter)
            return null;
        if (Peek() != 'I' || _isConversion)
            return parameter;

        return ReadTemplateArguments() is { } arguments ? Remember(new Templated(parameter, arguments)) : null;
    }

    Node? ReadSubstitutedType()
    {
        if (ReadSubstitution() is not { } type)
            return null;
        if (Peek() != 'I' || (_isConversion && type is not (Abbreviation or Qualified or Text or Tagged)))
            return type;

        return ReadTemplateArguments() is { } arguments ? Remember(new Templated(type, arguments)) : null;
    }

    TemplateParameter? ReadTemplateParameter()
    {
        _at++;
        if (Take('L') && (ReadNumber() < 0 || !Take('_')))
            return null;

        var index = ReadIndex();
        return index < 0 ? null : new TemplateParameter(index);
    }

    TemplateArguments? ReadTemplateArguments()
    {
        _at++;
        var isConversion = _isConversion;
        _isConversion = false;
        var arguments = new List<Node>();
        while (!Take('E'))
        {
            if (ReadTemplateArgument() is not { } argument)
                return null;
            arguments.Add(argument);
        }

        _isConversion = isConversion;
        return new(arguments);
    }

    Sequence? ReadArgumentList()
    {
        _at++;
        if (++_depth > MaxDepth)
            return null;

        var elements = new List<Node>();
        while (!Take('E'))
        {
            if (ReadTemplateArgument() is not { } element)
                return null;
            elements.Add(element);
        }

        _depth--;
        var list = new Sequence(elements);
        return list.Height <= MaxHeight ? list : null;
    }

    Node? ReadTemplateArgument()
    {
        switch (Peek())
        {
            case 'X':
                _at++;
                return ReadExpression() is { } expression && Take('E') ? expression : null;
            case 'J':
                return ReadArgumentList();
            case 'L':
                return ReadPrimary();
            default:
                return ReadType();
        }
    }
}
