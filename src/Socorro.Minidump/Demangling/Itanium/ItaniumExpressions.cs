namespace Socorro.Minidumps.Demangling.Itanium;

// Expressions, which template arguments and decltype hold.
sealed partial class ItaniumReader
{
    Node? ReadExpression()
    {
        if (++_depth > MaxDepth)
            return null;

        var node = ReadExpressionUncounted();
        _depth--;
        return node is { Height: <= MaxHeight } ? node : null;
    }

    Node? ReadExpressionUncounted()
    {
        if (Peek() == 'L')
            return ReadPrimary();
        if (Peek() == 'T')
            return ReadTemplateParameter();
        if ((Peek(), Peek(1)) is ('f', 'p' or 'L'))
            return ReadFunctionParameter();
        if (IsAtDigit || (Peek(), Peek(1)) is ('s', 'r') or ('o', 'n'))
            return ReadUnresolvedName();
        if (Take("sp"))
            return ReadExpression() is { } pattern ? new Expansion(pattern) : null;
        if (Take("sZ"))
            return ReadExpression() is { } pack ? new PackCount(pack) : null;
        if (Take("il"))
            return ReadSequence('E') is { } elements ? new Expression("{", elements, "}") : null;
        if (Take("tl"))
            return ReadType() is { } type && ReadSequence('E') is { } members ? new Expression(type, "{", members, "}") : null;
        if (Take("cv"))
            return ReadCast();
        if (Take("cl"))
            return ReadExpression() is { } callee && ReadSequence('E') is { } operands ? new Expression(Expression.Part.Operand(callee is Function called ? called.Name : callee), "(", operands, ")") : null;
        return ReadOperation();
    }

    Expression? ReadCast()
    {
        if (ReadType() is not { } type)
            return null;
        if (Take('_'))
            return ReadSequence('E') is { } operands ? new Expression("(", type, ")(", operands, ")") : null;

        return ReadExpression() is { } operand ? new Expression("(", type, ")", Expression.Part.Operand(operand)) : null;
    }

    Expression? ReadOperation()
    {
        if (_at + 2 > text.Length || !ItaniumTable.Operators.TryGetValue(text.Substring(_at, 2), out var code))
            return null;

        var mark = text.Substring(_at, 2);
        _at += 2;
        return (mark, code.Detail) switch
        {
            ("st" or "at" or "ti", _) => ReadType() is { } type ? new Expression(code.Text + "(", type, ")") : null,
            ("sz" or "az" or "te" or "nx", _) => ReadExpression() is { } operand ? new Expression(code.Text + "(", operand, ")") : null,
            ("ad", "1") => ReadExpression() is { } target ? new Expression("&", Expression.Part.Operand(NameOfMember(target))) : null,
            ("sc" or "dc" or "rc" or "cc", _) => ReadNamedCast(code.Text),
            ("dt" or "pt", _) => ReadMember(code.Text),
            ("ix", _) => ReadPair() is var (array, index) ? new Expression(Expression.Part.Operand(array), "[", index, "]") : null,
            ("gs", _) => ReadExpression() is { } global ? new Expression("::", global) : null,
            ("gt", _) => ReadPair() is var (left, right) ? new Expression("(", Expression.Part.Operand(left), ">", Expression.Part.Operand(right), ")") : null,
            (_, "2") => ReadPair() is var (left, right) ? new Expression(Expression.Part.Operand(left), code.Text, Expression.Part.Operand(right)) : null,
            ("qu", _) => ReadChoice(),
            ("pp" or "mm", _) => ReadStep(code.Text),
            (_, "1") => ReadExpression() is { } operand ? new Expression(code.Text, Expression.Part.Operand(operand)) : null,
            _ => null,
        };
    }

    // The address of a function in a class needs no parameters.
    static Node NameOfMember(Node target) => target is Function { Name: Qualified name } ? name : target;

    (Node, Node)? ReadPair()
    {
        if (ReadExpression() is not { } left)
            return null;

        return ReadExpression() is { } right ? (left, right) : null;
    }

    // Before the operand when an underscore says so.
    Expression? ReadStep(string sign)
    {
        var isPrefix = Take('_');
        if (ReadExpression() is not { } operand)
            return null;

        return isPrefix ? new Expression(sign, Expression.Part.Operand(operand)) : new Expression(Expression.Part.Operand(operand), sign);
    }

    Expression? ReadChoice() =>
        ReadExpression() is { } condition && ReadPair() is var (then, otherwise)
            ? new Expression(Expression.Part.Operand(condition), "?", Expression.Part.Operand(then), " : ", Expression.Part.Operand(otherwise))
            : null;

    Expression? ReadNamedCast(string name) =>
        ReadType() is { } type && ReadExpression() is { } operand ? new Expression(name + "<", type, ">(", operand, ")") : null;

    Expression? ReadMember(string sign) =>
        ReadExpression() is { } owner && ReadMemberName() is { } member ? new Expression(Expression.Part.Operand(owner), sign, member) : null;

    Node? ReadMemberName() => (Peek(), Peek(1)) is ('s', 'r') ? ReadUnresolvedName() : ReadBaseName();

    // fp_ is the first parameter, fpT the object.
    Text? ReadFunctionParameter()
    {
        if (Take("fpT"))
            return new Text("this");
        if (!Take("fp"))
        {
            if (!Take("fL") || ReadNumber() < 0 || !Take('p'))
                return null;
        }

        ReadQualifiers();
        var index = ReadIndex();
        return index < 0 ? null : new Text($"{{parm#{index + 1}}}");
    }

    Sequence? ReadSequence(char end)
    {
        var nodes = new List<Node>();
        while (!Take(end))
        {
            if (ReadExpression() is not { } node)
                return null;
            nodes.Add(node);
        }

        return new(nodes);
    }

    // A name that depends on template parameters, as it stands in the source.
    Node? ReadUnresolvedName()
    {
        if (!Take("sr"))
            return ReadBaseName();

        var hasLevels = IsAtDigit || Take('N');
        if ((IsAtDigit ? ReadBaseName() : ReadType()) is not { } scope)
            return null;
        while (hasLevels && !Take('E'))
        {
            if (ReadBaseName() is not { } level)
                return null;
            scope = new Qualified(scope, level);
        }

        return ReadBaseName() is { } name ? new Qualified(scope, name) : null;
    }

    Node? ReadBaseName()
    {
        var isDestructor = Take("dn");
        if (!isDestructor)
            Take("on");
        var state = new NameState();
        var name = isDestructor && !IsAtDigit ? ReadType() : ReadUnqualifiedName(state);
        if (name is not null && isDestructor)
            name = new Special("~", name);
        if (name is null || Peek() != 'I')
            return name;

        return ReadTemplateArguments() is { } arguments ? new Templated(name, arguments) : null;
    }

    // A literal, or the name of an entity.
    Node? ReadPrimary()
    {
        _at++;
        if (Take("_Z") || Take('Z'))
            return ReadEncoding() is { } entity && Take('E') ? entity : null;

        var kind = Peek() == 'D' ? "Dn" : Peek().ToString();
        if (ReadType() is not { } type)
            return null;

        var isNegative = Take('n');
        var start = _at;
        while (char.IsAsciiLetterOrDigit(Peek()) && Peek() != 'E' || Peek() == '_')
            _at++;
        var value = text[start.._at];
        if (!Take('E') || (value.Length == 0 && isNegative))
            return null;

        return Literal(type, kind, (isNegative ? "-" : "") + value);
    }

    static Node Literal(Node type, string kind, string value)
    {
        if (kind == "b" && value is "0" or "1")
            return new Text(value == "1" ? "true" : "false");
        if (kind is "f" or "d" or "e" or "g")
            return new Expression("(", type, $")[{value}]");
        if (ItaniumTable.Types.TryGetValue(kind, out var code) && code.Detail != "-")
            return new Text(code.Detail == "." ? value : value + code.Detail, isSimple: false);

        return new Expression("(", type, $"){value}");
    }
}
