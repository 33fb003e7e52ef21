#!/usr/bin/env escript
%% -*- erlang -*-
%%! -kernel logger_level error
%% Drives a registry through the hex_core that Debian's rebar3 carries inside it, and prints one line for each step.
%% usage: hex-driver.escript REBAR3 FOLDER URL REPOSITORY

main([Rebar3, Folder, Url, Repository]) ->
    load(Rebar3, Folder),
    {ok, _} = application:ensure_all_started(inets),
    Bin = list_to_binary(Url),
    {ok, {_, _, Pem}} = httpc:request(get, {Url ++ "repo/public_key", []}, [], [{body_format, binary}]),
    Base = (r3_hex_core:default_config())#{
        api_url => <<Bin/binary, "api">>,
        repo_url => <<Bin/binary, "repo">>,
        repo_name => list_to_binary(Repository),
        repo_public_key => Pem
    },
    %% Users and keys
    say(user, r3_hex_api_user:create(Base, <<"erl">>, <<"secret">>, <<"erl@example.com">>)),
    Basic = Base#{api_key => <<"Basic ", (base64:encode(<<"erl:secret">>))/binary>>},
    {ok, {201, _, Key}} = r3_hex_api_key:add(Basic, <<"write">>, [#{<<"domain">> => <<"api">>}]),
    {ok, {201, _, Read}} = r3_hex_api_key:add(Basic, <<"read">>, [#{<<"domain">> => <<"api">>, <<"resource">> => <<"read">>}]),
    Config = Base#{api_key => maps:get(<<"secret">>, Key)},
    ReadOnly = Base#{api_key => maps:get(<<"secret">>, Read)},
    say(keys, r3_hex_api_key:list(Config)),
    {ok, {200, _, Me}} = r3_hex_api_user:me(Config),
    io:format("me: ~s~n", [maps:get(<<"username">>, Me)]),
    %% Publishing
    {ok, #{tarball := Tarball, inner_checksum := Inner, outer_checksum := Outer}} =
        r3_hex_tarball:create(metadata(<<"erl_pkg">>, <<"1.0.0">>), [{"src/erl_pkg.erl", <<"-module(erl_pkg).">>}]),
    say(read_key_publishes, r3_hex_api_release:publish(ReadOnly, Tarball)),
    say(publish, r3_hex_api_release:publish(Config, Tarball)),
    say(publish_again, r3_hex_api_release:publish(Config, Tarball)),
    {ok, #{tarball := Other}} =
        r3_hex_tarball:create(metadata(<<"erl_pkg">>, <<"1.0.0">>), [{"src/erl_pkg.erl", <<"-module(other).">>}]),
    {ok, {Status, _, #{<<"message">> := Message, <<"errors">> := Errors}}} = r3_hex_api_release:publish(Config, Other),
    io:format("publish_other: ~p ~s ~p~n", [Status, Message, Errors]),
    say(nobody_publishes, r3_hex_api_release:publish(Base, Tarball)),
    %% The repository: signatures, names, 304, checksums
    {ok, {200, Headers, Releases}} = r3_hex_repo:get_package(Config, <<"erl_pkg">>),
    [#{version := <<"1.0.0">>, inner_checksum := Inner, outer_checksum := Outer, dependencies := Dependencies}] = Releases,
    io:format("package: ~p~n", [Dependencies]),
    ETag = maps:get(<<"etag">>, Headers),
    say(package_with_etag, r3_hex_repo:get_package(Config#{http_etag => ETag}, <<"erl_pkg">>)),
    {ok, {200, _, Names}} = r3_hex_repo:get_names(Config),
    io:format("names: ~p~n", [[maps:get(name, Name) || Name <- Names]]),
    {ok, {200, _, Versions}} = r3_hex_repo:get_versions(Config),
    io:format("versions: ~p~n", [[maps:get(versions, Version) || Version <- Versions]]),
    {ok, {200, TarHeaders, Tarball}} = r3_hex_repo:get_tarball(Config, <<"erl_pkg">>, <<"1.0.0">>),
    say(tarball_with_etag, r3_hex_repo:get_tarball(Config#{http_etag => maps:get(<<"etag">>, TarHeaders)}, <<"erl_pkg">>, <<"1.0.0">>)),
    say(wrong_name, r3_hex_repo:get_package(Config#{repo_name => <<"other">>}, <<"erl_pkg">>)),
    WrongKey = maps:get(repo_public_key, r3_hex_core:default_config()),
    say(wrong_key, r3_hex_repo:get_package(Config#{repo_public_key => WrongKey}, <<"erl_pkg">>)),
    say(missing, r3_hex_repo:get_package(Config, <<"nothing">>)),
    %% Retiring, owners, search
    say(retire, r3_hex_api_release:retire(Config, <<"erl_pkg">>, <<"1.0.0">>, #{<<"reason">> => <<"security">>, <<"message">> => <<"leaks">>})),
    {ok, {200, _, [#{retired := Retired}]}} = r3_hex_repo:get_package(Config, <<"erl_pkg">>),
    io:format("retired: ~p~n", [Retired]),
    {ok, {200, _, Retirements}} = r3_hex_repo:get_versions(Config),
    io:format("retired_indexes: ~p~n", [[maps:get(retired, Version) || Version <- Retirements]]),
    say(unretire, r3_hex_api_release:unretire(Config, <<"erl_pkg">>, <<"1.0.0">>)),
    say(second_user, r3_hex_api_user:create(Base, <<"second">>, <<"secret">>, <<"second@example.com">>)),
    say(owner_add, r3_hex_api_package_owner:add(Config, <<"erl_pkg">>, <<"second">>, <<"maintainer">>, false)),
    {ok, {200, _, Owners}} = r3_hex_api_package_owner:list(Config, <<"erl_pkg">>),
    io:format("owners: ~p~n", [[{maps:get(<<"username">>, O), maps:get(<<"level">>, O)} || O <- Owners]]),
    say(owner_remove, r3_hex_api_package_owner:delete(Config, <<"erl_pkg">>, <<"second">>)),
    {ok, {200, _, Found}} = r3_hex_api_package:search(Config, <<"erl">>, []),
    io:format("search: ~p~n", [[maps:get(<<"name">>, P) || P <- Found]]),
    say(revert, r3_hex_api_release:delete(Config, <<"erl_pkg">>, <<"1.0.0">>)),
    say(reverted, r3_hex_repo:get_package(Config, <<"erl_pkg">>)),
    say(key_delete, r3_hex_api_key:delete(Config, <<"read">>)),
    say(deleted_key, r3_hex_api_user:me(ReadOnly)).

metadata(Name, Version) ->
    #{
        <<"name">> => Name,
        <<"version">> => Version,
        <<"app">> => Name,
        <<"build_tools">> => [<<"rebar3">>],
        <<"description">> => <<"made by hex_core: ", 16#C3, 16#A9>>,
        <<"licenses">> => [<<"MIT">>],
        <<"links">> => #{<<"Home">> => <<"https://example.com/">>},
        <<"requirements">> => #{
            <<"dep">> => #{<<"app">> => <<"dep_app">>, <<"optional">> => true, <<"requirement">> => <<"~> 1.0">>}
        }
    }.

say(Name, {ok, {Status, _, #{<<"message">> := Message}}}) -> io:format("~s: ~p ~s~n", [Name, Status, Message]);
say(Name, {ok, {Status, _, _}}) -> io:format("~s: ~p~n", [Name, Status]);
say(Name, {error, Reason}) -> io:format("~s: error ~p~n", [Name, Reason]).

load(Rebar3, Folder) ->
    {ok, Sections} = escript:extract(Rebar3, []),
    {ok, _} = zip:unzip(proplists:get_value(archive, Sections), [{cwd, Folder}]),
    true = code:add_patha(filename:join([Folder, "rebar", "ebin"])).
