//! Families of words that mean alike in an answer, by language: who "skipped", "missed" or "never
//! dared to" says no, and the examples of some of a family teach the model about all of it.
//!
//! All words are folded (no å ä ö, no apostrophes). A word with `*` stands for all that begin with
//! it, one with `_` for two words side by side.

use std::sync::LazyLock;

use rustc_hash::FxHashMap;

use crate::language::Language;

/// A family: its letter in feature names, and its words with blanks between.
type Family = (u8, &'static str);

/// The shortest beginning that stands for other words.
const SHORTEST: usize = 3;

/// `s` leaves undone, `l` is lost or not there, `f` lies ahead, `p` lies behind, `r` once more or
/// often, `x` exactly so, `g` came right, `t` went wrong, `k` does not know, `b` another matter, `w`
/// wants something, `c` somebody close, `d` did a thing, `v` is as it should be, `u` is not, `n` is
/// another or a wrong one, `h` in sight or at hand, `e` as before or again, `q` what one gets into
/// or what breaks, `z` just now, `a` all of it, `y` the first time, `i` asks for it or agrees, `j`
/// haste, `o` whose it is, `m` small talk or the wrong window.
const SV: &[Family] = &[
    (
        b's',
        "glomt glomde glomsk* missat missade missar hoppade_over hoppat_over hoppar_over \
         skippa* strunta* lat_bli latit_bli later_bli avsta* avstod orka* ids idas iddes \
         vagar vagade vagat tors tordes hann hinner hunnit gav_upp gett_upp ger_upp skjut* \
         skot_upp uppskjut* drojt tveka* avbrot avbrutit avbryt* ogjor* oprova* okolla* \
         oring* olast oskick* obetal* oanvan* oror* undvik* avskyr otalig* latmask forgat* \
         brattom vagrat slarva* nobba* ratade tackade_nej backade stannade fastnade somna* \
         bommade bommat lata_bli lat_den latit_den rort rorde ror",
    ),
    (
        b'l',
        "tappa* borta forsvann forsvunn* forlora* forlag* slangt slangde slangd kasta* hemma \
         saknas saknar saknade tom tomt tomma sopor* vinden kallar* utgang* utgatt gick_ut \
         gatt_ut stulen stulet stals snodd* kontoret_hemma nagon_annanstans glomde_hemma \
         upphort uppsagd* raderat raderad*",
    ),
    (
        b'f',
        "ska skall tanker tankt tankte planera* amnar imorgon morgon ikvall eftermiddag* \
         lunch* helg* nasta senare strax snart forst maste behover borde vanta pagar \
         laddar_ner laddas sa_fort nar_jag sekund ogonblick pa_lordag pa_sondag pa_mandag \
         i_kvall i_morgon far_gora far_ta haller_pa framat sparar ska_bara pa_vag",
    ),
    (
        b'p',
        "nyss igar imorse morse forrgar forra redan tidigare alldeles natt timme timma timmar \
         minut minuter min kvart halvtimme halvtimma dagen fredags lordags sondags mandags \
         tisdags onsdags torsdags sedan sen nyligen forut somras vintras varas",
    ),
    (
        b'r',
        "ganger gang igen flera manga tredje fjarde andra_gangen bada dubbel* trippel* \
         omgang* vandor* varv upprepat pa_nytt panytt ater bade tre_ganger tva_ganger",
    ),
    (
        b'x',
        "exakt precis prick* stammer stamde stemmer ratt korrekt samma identisk* helt bokstav \
         siffra tecken jamfor* overens likadan* perfekt garanterat sakert definitivt absolut",
    ),
    (
        b'g',
        "inne inloggad inslappt inslapp* gick_igenom gatt_igenom kom_in kommit_in kom_fram \
         dok_upp lost loste losning* ordna* fixade hurra tjoho antligen tack* susen tricket \
         hjalpte fungerar funkar funka funkade fungerade lyckades lyckats lyckat rullar \
         trillade ramlade plinga* pling slappte slapp startade_appen oppnades laddades \
         forsvann_felet smort vips bingo hoppsan behovs_inte behover_inte nojd frid klart",
    ),
    (
        b't',
        "krasch* snurra* hanger hangde hangt hanger_sig avvisa* vagrar vagra* nekas nekar \
         nekad* ogiltig* okand* felmeddel* felaktig* fel felet strular strul* krangla* \
         trasig* utelast utlast stopp fryser frusit fros misslycka* likadant likt ingenting \
         inget inga noll fortfarande forgaves trots likval anda likafullt resultat effekt \
         skillnad hopplost snurrar stanger_sig kastas_ut elande skit",
    ),
    (
        b'k',
        "aning susning koll vet minns ihag hag fattar forstar begriper oklart osak* tveksam* \
         kanske mojligen svart_att omojligt avgora menar menas vilken vilket vilka hurdan \
         betyder innebar gissa* hittar bedoma otydlig*",
    ),
    (
        b'b',
        "lan lanet bolan* bostadslan* billan* studielan* ranta* rantor* fond* aktie* \
         forsakring* pension* testament* deklaration* skatt* arv arvet bouppteckning* kontor* \
         bankomat* automat* valuta* vaxel* kredit* bankkort* betalkort* visakort* faktur* \
         raking* rakning* konto kontot sparkonto* barnbarn fullmakt* oppet oppettid* \
         parkering* jobb* sommarjobb* katt* hund* vader* fotboll* hockey semester* resa \
         lagenhet* hus huset bil bilen buss* tag bostad* hyra hyran kronor euro abonnemang* \
         leverans* bestalla erbjudande* rabatt* pris* kostar avgift* bedrag* lurad stulits \
         barn gifta skilja robot manniska klaga reklam* ordforande amorter* bidrag* swift \
         iban bic",
    ),
    (
        b'w',
        "vill skulle onskar kan_ni kan_jag kan_man far_man gar_det hur_mycket hur_lange \
         finns_det har_ni ar_ni tar_ni varfor vad_kostar undrar behover_ett behover_en",
    ),
    (
        b'c',
        "sonen dotter* fru frun frugan man_min mannen gubben gumman sambo* barnbarn* granne* \
         svarson svardotter* mamma pappa brorsan syster* bror kollega* kompis* sonson \
         dotterson killen tjejen damen herren kundservice kundtjanst",
    ),
    (
        b'd',
        "gjorde gjort kollade kollat tittade tittat tryckte tryckt klickade klickat skrev \
         skrivit matade matat knappade knappat bytte bytt andrade andrat ringde ringt provade \
         provat testade testat startade startat stangde stangt satte satt tog tagit laste \
         last jamforde jamfort gick_igenom vantade vantat bestallde bestallt skickade skickat \
         hamtade hamtat laddade laddat installerade installerat korde kort valde valt loggade \
         loggat fyllde fyllt tomde tomt rensade rensat betalade betalat lamnade lamnat sag \
         sett fick fatt uppdaterade uppdaterat godkande godkant svarade svarat kontrollerade \
         kontrollerat slog slagit fixade fixat oppnade oppnat letade letat dubbelkollade \
         dubbelkollat plockade tog_fram",
    ),
    (
        b'v',
        "ordning bra fint fin ok okej skick uppkopplad* ansluten anslutet anslutna tackning \
         streck gront gron lyser pa igang aktiv* giltig* galler installd* paslag* tillat* \
         surfar laddat_klart senaste ny nya nytt",
    ),
    (
        b'u',
        "av avstangd* avslag* nere trasigt sonder sondrig dod dott rott rod orange slut \
         flyglage dalig* inget_nat utan blinkar slackt svart tyst",
    ),
    (
        b'n',
        "gammal gamla gammalt fel annan annat andra istallet i_stallet misstag rakade \
         av_misstag bara en_gang endast tidigare_nummer forr felskriv* forsta vanlig ex \
         exfru* exman* nix",
    ),
    (
        b'h',
        "har_framfor framfor bredvid handen planbok* bordet planboken fickan vaskan ladan \
         byralad* parm* kylskap* sitter ligger star syns finns framme jampte hyllan",
    ),
    (
        b'e',
        "igen annu an heller anda forr forut fortfarande fortsatt samma likadant alltjamt \
         som_forut precis_som som_forr som_igar som_innan stadigt bara_snurrar varje_gang \
         hela_tiden lika en_gang_till fortf alltid_gor",
    ),
    (
        b'q',
        "logga* inlogg* slapper sidan sida appen banken natbanken automaten bilden \
         betalningen formularet systemet rutan skarmen kommer_in slipper_in slapps \
         uppladdning* anmalan fakturan internet natet laddas utkastad kastar slanger",
    ),
    (b'z', "nu just nyss antligen sekunden ogonblicket"),
    (b'a', "allt allting alla alltihop bada helt ordentligt hela"),
    (b'y', "aldrig forsta nyborjare ny borjat"),
    (
        b'i',
        "garna snalla tack varsagod varsagoda skicka skicken skickar koppla ring ringa \
         visst toppen bra_ide satt_igang kor fixa perfekt jattebra skont tacksam behover \
         vore",
    ),
    (
        b'j',
        "idag i_dag hyran lonerna lon lonen forfall* fore genast panik akut bradskar \
         brattom bradis snabbt star_i forfaller deadline ikvall strax_ska hinner vanta \
         ingen_stress brass",
    ),
    (
        b'o',
        "min mitt mina egen eget egna sjalv jag_sjalv jobbets firmans foretagets lanad \
         lanade lanar frugans mammas pappas gubbens dotterns sonens brorsans biblioteket \
         bibliotekets",
    ),
    (
        b'm',
        "chatt chatten fel_chatt fel_fonster fel_stalle fel_person forlat_fel apoteket \
         middag lunch* mjolk matchen vader* regn* sno pizza semlor mamma_kan ses_vi halsa \
         halsningar trevlig glad kram hej_mamma buss bussen tandlakar* kontorstid* musik \
         gymnastik* yoga bastun sommarjobb",
    ),
];

const FI: &[Family] = &[
    (
        b's',
        "unohd* unoht* jai jaany jaanyt jatin jattany jattanyt jatetty jatan ohitin ohitt* \
         jaksa* viits* viitti* uskalla* uskalta* kehta* kehda* ehti* ehdi* ehin ehi kerk* \
         kerenny* luovuti* luovutin peruin peruutin peruuta* keskeyti* keskeytt* vaist* \
         lykka* lykkasi* siirsin tullut_ajateltua tullu_ajateltua mieleen mielessa* koskenu* \
         koskenna koskenut valttel* inhoan vihaan karsimat* kiire* tekematta kokeilematta \
         tarkistamatta soittamatta painamatta kaymatta lukematta katsomatta maksamatta \
         tilaamatta lahettamatta avaamatta ottamatta hakematta laiskott* skippa* skipp* \
         missasin nukahd* pysahdyin",
    ),
    (
        b'l',
        "hukas* hukka* kado* kato* kateissa havi* havis* heitin roski* tyhja* puuttu* kotiin \
         kotio kotona himassa jaljella varastet* vanhen* umpeut* ullak* kellari* loppu loppui \
         loppunut mokilla autoon autossa poistettu",
    ),
    (
        b'f',
        "aion aiko* aikomus* huomen* illalla tanaan viikonlop* kohta pian sitten myohem* \
         ensin taytyy pitaa taytyis* pitais* pitas vasta odota odotan hetki sekunti lataa \
         latautuu latautumassa menossa tulossa kunhan sitku jahka meinaan suunnit* lupaan \
         teen kayn kaynpa katson kokeilen soitan tilaan vaihdan viela ens_viikolla ensi \
         paastaan paasen",
    ),
    (
        b'p',
        "eilen asken juuri just justiin* aamulla aamupaiv* viime sitten tunti tunnin tuntia \
         minuutti* minsa* minuut* paiva* viikko* toissa* jo aiemmin aikaisemmin yolla \
         kevaalla maanantai* tiistai* keskiviikko* torstai* perjantai* lauantai* sunnuntai* \
         vartti* varttia",
    ),
    (
        b'r',
        "kaksi kahdesti kaks kolme kolmesti kertaa kertoja monta monesti useasti usean useita \
         taas toistamiseen uudestaan uusiks* uudelleen tuplat* pari_kertaa toisen_kerran \
         joka_kerta toiseen kahteen kahesti kolmasti kerrat uusiksi moneen",
    ),
    (
        b'x',
        "tasmaa* tasmall* tismal* oikein sama samat juuri_se just_se prikull* kirjain \
         kirjaimelleen merkki merkilleen merkilta numero_numer* vertas* verrat* varmasti \
         ehdottomasti pitaa_paikk* identti* taysin tasan sataprosent* ilman_muuta",
    ),
    (
        b'g',
        "paasin paastiin paasi sisaan sisalle sisaa onnistui onnistu* auttoi toimii toimi \
         rullaa* ratkesi selvi* hoitui jarjesty* korjaantui korjaan* aukesi aukes avautui \
         kilaht* tupsaht* vihdoin jes jee hurraa kiitos kiitti kiitok* lahti tuli_perille \
         meni_lapi kelpas* riitti tulihan ilmesty* pelittaa ei_tarvitse ei_tarvii \
         kunnossa_nyt ongelma_poissa kappas taas_toimii loytyi",
    ),
    (
        b't',
        "kaatu* jumi* jumitt* jumissa pyori* virhe* virheel* hylka* hylatt* hylkaa kelpaa \
         kelpuut* vaara* vaarin epaonnistu* tokk* tilt* vikaa sammuu sulkeutuu edelleen \
         vielakin vielakaan silti siltikaan siltikin sama_vika mitaan mitaa apua auttanu* \
         hyotya tulosta turha* turhaan lukossa ulkona mykka* hiljaa inahd* tapahdu tapahu \
         muutosta muuttunu* paskaa saatana perkele tuntematon herjaa valitta* kuulu",
    ),
    (
        b'k',
        "tieda tiia tia hajua haju aavistus* muista muistu* ymmar* tajua* kasita* ehka kai \
         varma varmaksi arvaa* hankala vaikea paha_sanoa osaa sanoa mika mitka kumpi kumpaa \
         mita mitahan tarkoit* tarkota* missa mista miten mite kuinka saato* saatto* vissiin \
         epaselv* riippuu",
    ),
    (
        b'b',
        "laina* asuntolain* korko korot korko* rahasto* osakk* osake* vakuutu* elake* elakk* \
         testament* vero* perinto perinno* perunkirj* konttori* automaat* valuutta* luotto* \
         luottokort* pankkikort* lasku laskun laskusta tili tilin tilille tililta saastotil* \
         valtakir* auki aukiolo* parkki* tyopaik* kesatyo* kissa* koira* saa_tanaan sataa \
         jaakiekko* futis loma* matka* asunto* talo auto autoni bussi* juna* vuokra* euroa \
         euro dollar* liittyma* toimitus* tilata alennus* hinta hinnat maksaa paljonko kuluja \
         palkkio* huija* huijari* varastettiin lapselle lapsen naimisiin avioero* robotti \
         ihminen poliisi* asp marginaal* iban bic takuu* lahjakort* terveisia joulua \
         paasiaista juhannusta konserti* peli pelin",
    ),
    (
        b'w',
        "haluan haluaisin haluun haluais* voinko voiko voisinko saako saanko onko_teilla \
         teilla paljonko milloin miksi oletteko myytteko otatteko tarvitsen tarviin tarvisin \
         mista_saan kauanko kuka koska mihin pitaako",
    ),
    (
        b'c',
        "vaimo* mies miehe* poika pojan tytar tyttar* tytto lapsenlap* naapuri* aiti aidin \
         isa isan veli velje* sisko siskon kaveri* vavy* asiakaspalvelu* rouva herra \
         tyokaver* emanta isanta",
    ),
    (
        b'd',
        "tein teimme tehtiin tehty tehny tehnyt kavin kaytiin katsoin katoin tarkistin \
         tarkastin tarkistettu painoin painettu klikkasin klikattu napautin tokkasin naputin \
         naputtelin naputeltu kirjoitin kirjotin kirjoitettu syotin syotetty annoin annettu \
         vaihdoin vaihdettu muutin soitin soiteltu kokeilin kokeiltu testasin kaynnistin \
         buuttasin sammutin suljin laitoin laitettu otin otettu luin luettu vertasin odotin \
         ootin oottelin odottelin odotettu tilasin tilattu lahetin lahetetty hain latasin \
         ladattu asensin asennettu valitsin kirjauduin tunnistauduin taytin tyhjensin maksoin \
         maksettu palautin nain nahty sain saatu paivitin paivitetty hyvaksyin vastasin \
         avasin avattu loysin kurkkasin varmistin varmistettu hoidettu hoidin selvitin \
         vilkaisin kopioin paastin",
    ),
    (
        b'v',
        "kunnossa hyvin hyva ok yhteydessa paalla vihrea* vihree* palaa voimassa uusin \
         uusimm* sallittu* sallin tolpat palkit taysi taydet pelaa toimii_hyvin aktiivi* \
         asennettuna seinassa paikallaan paikoillaan",
    ),
    (
        b'u',
        "pois_paalta pois kiinni poikki rikki sammunu* sammuksissa punai* oranss* lentotila* \
         huono heikko pimea* pimeena pimeana kuollut alhaalla vilkku* vilkuttaa ilman eiole",
    ),
    (
        b'n',
        "vanha vanhan vanhalla vanhaa toinen toista toisen eri vaara vaaran vahingossa sijaan \
         sijasta ainoastaan vain vaan vasta_kerran kerran yhden_kerran eka ekaa ekan entinen \
         entisen entise*",
    ),
    (
        b'h',
        "tassa tasa tossa tuossa edessa kadessa kadessani poydalla vieressa lompako* taskussa \
         laukussa laatiko* kansio* esilla nakyvissa nakyy lukee hyllyssa syli* kasilla",
    ),
    (
        b'e',
        "taas yha viela vielakin vielakaan edelleen silti siltikin siltikaan ennenki \
         ennenkin niinku_ennenkin kuin_ennen samaan sama samalla joka_kerta koko_ajan yhta \
         jatkuvasti aina uudestaan uuestaan",
    ),
    (
        b'q',
        "kirjaudu* kirjautu* sivu sivut sovellus appi pankki automaatti kuva maksu lomake \
         jarjestelma ruutu ruutuun sisaan sisalle heittaa heitti lensin ulos katkes katkesi \
         herjaa sanoo jumi* netti yhteys lataus latautuu",
    ),
    (b'z', "nyt just juuri asken vihdoin viimein nyt_just"),
    (b'a', "kaikki kaikilla kaiken koko kokonaan molemmat taysin"),
    (b'y', "koskaan ikina eka ekaa ensimmai* uusi aloittelija aloitin uus"),
    (
        b'i',
        "kiitos lahettakaa laheta laittakaa laita soittakaa soita yhdista yhdistakaa \
         antakaa anna ihmeessa mielellani mielellaan mieluusti mieluiten mielluummin sopii \
         passaa kay kelpaa tarvitsen tarviin tarvin pyydan vaan olisi_kiva totta toki",
    ),
    (
        b'j',
        "tanaan vuokra palkat palkka erapaiva eraantyy heti kiire kiireellinen hatainen \
         akuutti ennen illalla_lahtee ehtii odottaa odottaa_voi paniikki",
    ),
    (
        b'o',
        "oma omani omaa omat mun minun mina ite itse firman tyon tyopaikan yrityksen \
         lainassa lainattu vaimon miehen aidin isan pojan tyton tyttaren kaverin ukon \
         kirjaston",
    ),
    (
        b'm',
        "vaara_chatti vaara_ikkuna vaara_paikka vaaraan anteeksi_vaara matsi matsin peli \
         ruokaa maitoo maitoa leipaa pitsa pizza sauna aiti_ostatko kulta tuutko terveisia \
         terveiset hyvaa_paivan hyvaa_viikonloppua saa_huomenna sataa lunta bussi bussia \
         aukiolo* musiikki kebab* kotiin_syomaan",
    ),
];

const EN: &[Family] = &[
    (
        b's',
        "forgot forgotten forget missed miss skipped skip skimmed bother* bothered botherd \
         arsed dare dared gave_up given_up put_off putting_off cancel* chickened avoid* \
         refuse refused_to hate unread undone untouched unopened unpaid didnt hadnt havent \
         aint never overlooked neglected left_it scared afraid too_busy got_distracted \
         distracted stopped aborted bailed quit gotten_round got_round get_round slipped \
         ignored ignore declined failed_to shut closed busy",
    ),
    (
        b'l',
        "lost misplaced missing gone vanished binned threw thrown chucked empty expired \
         stolen nicked home loft attic cellar garage ran_out run_out left_it_at out_of \
         deleted nowhere none mislaid dropped cottage",
    ),
    (
        b'f',
        "will ill gonna going_to plan planning planned tomorrow tonight later soon weekend \
         next once_i when_i need_to have_to must should about_to hang_on hold_on sec second \
         minute waiting_for downloading installing halfway to_do let_me after_work lunch \
         first need intend meant_to give_me on_it in_progress",
    ),
    (
        b'p',
        "yesterday ago morning already earlier last night just since noon monday tuesday \
         wednesday thursday friday saturday sunday week hour hours minute minutes mins hrs \
         days recently previously",
    ),
    (
        b'r',
        "twice times again thrice second third fourth fifth several many over couple few \
         repeatedly multiple double triple re another both",
    ),
    (
        b'x',
        "exactly correct* right same letter digit character match* identical precisely \
         spot_on compared verified definitely absolutely certainly sure indeed positive 100 \
         word_for accurate tallies aye",
    ),
    (
        b'g',
        "im_in got_in logged_in let_me_in works working worked fixed solved sorted resolved \
         trick went_through gone_through came_through come_through arrived appeared popped_up \
         turned_up finally hooray yay woohoo bingo thanks thank cheers ta thx perfect \
         brilliant great no_longer success* opened cured cleared_up through happy nevermind \
         scratch_that ping all_good let_me",
    ),
    (
        b't',
        "crash* spin* freez* froze frozen hang hangs hanging stuck reject* refuses refused \
         denied invalid unknown error* fail* wrong still nothing same_old no_difference \
         no_effect no_joy no_luck no_change anyway regardless useless locked locks bloody \
         nada zilch zero wont doesnt broken nope persists complain* moan* even_so loop* blank \
         kicks shuts declined_again not_working isnt",
    ),
    (
        b'k',
        "idea clue dunno know remember recall sure_if unsure maybe perhaps might mightve \
         possibly which what whats how where whereabouts mean means tell guess wouldnt_know \
         cant_tell hard_to depends beats forgotten_if hazy confus* understand see_that find",
    ),
    (
        b'b',
        "loan* mortgage* interest rate rates fund funds shares stock* insurance pension* will \
         testament tax taxes inherit* branch* atm cash* currency exchange credit debit bill \
         bills invoice* account_for savings open opening_hours closing parking job jobs \
         hiring cat dog weather rain* football hockey holiday* trip flat apartment house car \
         bus train rent euros dollars pounds subscription delivery discount* price* cost \
         costs fee fees scam* fraud child kids married divorce robot human landlord iban bic \
         swift joint student gift joke christmas easter birthday game recipe music kitchen \
         sofa size sizes colour* refund* charge charged limit apple_pay",
    ),
    (
        b'w',
        "want id_like would_like can_i can_you do_you are_you is_there how_much how_long why \
         when who could_you may_i wondering looking_for help_me does_it is_it what_is \
         what_are whats_your where_is wheres",
    ),
    (
        b'c',
        "wife husband hubby son daughter grandson granddaughter niece nephew neighbour* \
         neighbor* mum mom dad mother father brother sister colleague* friend mate lad lady \
         guy support assistant operator agent missus",
    ),
    (
        b'd',
        "did done made checked looked pressed clicked tapped hit typed entered wrote changed \
         swapped updated rang called phoned tried tested restarted rebooted turned switched \
         put took read compared waited ordered requested sent got received fetched downloaded \
         installed reinstalled picked chose logged filled cleared paid returned saw seen \
         found approved allowed confirmed set went ran had asked used given gave copied \
         double_checked opened_it peeked retried popped dug smashed plugged",
    ),
    (
        b'v',
        "fine good ok okay order connected online signal bars green lit on active valid \
         latest newest enabled allowed streaming normal current up_to_date up_and_running \
         wifi_on",
    ),
    (
        b'u',
        "off down dead broken red orange flat airplane flight_mode weak poor disconnected \
         offline unplugged out_of_order blinking flashing dark switched_off no_signal",
    ),
    (
        b'n',
        "old other different another_one wrong instead mistake accident accidentally only \
         once just_once original previous previous_one ex former first_time except but",
    ),
    (
        b'h',
        "here front desk hand wallet purse pocket drawer bag next_to beside table screen \
         folder fridge holding lying sitting says shows showing displayed see_it visible",
    ),
    (
        b'e',
        "again still as_before like_before same keeps keep yet either anyway every_time \
         all_the_time constantly once_more continues the_same always_does",
    ),
    (
        b'q',
        "log login logging logged page site app bank atm picture payment form screen system \
         internet let_me_in throws kicks spinning spins loading error session freezes \
         website heat channel channels",
    ),
    (b'z', "now just finally minute at_last"),
    (b'a', "everything all both whole entirely fully"),
    (b'y', "never first brand_new new newbie started beginner"),
    (
        b'i',
        "please send go_ahead put_me connect call_me do_that thanks sure_thing that_would \
         would_be yes_please gladly happy_to do_it why_not need id_love lovely by_all \
         sounds_good works_for ready",
    ),
    (
        b'j',
        "today rent wages salaries due before deadline flight queue till asap right_away \
         urgent no_rush can_wait hurry no_hurry whenever rush",
    ),
    (
        b'o',
        "mine my_own own friends works work_phone borrowed borrowing wifes husbands moms \
         dads sons daughters company_phone companys roommates library bought_it myself",
    ),
    (
        b'm',
        "wrong_window wrong_chat wrong_person dinner lunch milk weather game movie pizza \
         music bus regards merry happy_easter happy_birthday love_you see_you frost \
         calendars font lovely_weather weekend_to how_are rain",
    ),
];

/// The families of the words of each language, a bit each.
struct Words {
    /// Whole words, and two of them with a `_` between.
    whole: FxHashMap<&'static str, u32>,
    /// Beginnings of words.
    beginnings: FxHashMap<&'static str, u32>,
}

static WORDS: LazyLock<[Words; 3]> = LazyLock::new(|| {
    [SV, FI, EN].map(|families| {
        let mut words = Words { whole: FxHashMap::default(), beginnings: FxHashMap::default() };
        for (letter, members) in families {
            let bit = 1 << (letter - b'a');
            for word in members.split_whitespace() {
                let (map, word) = match word.strip_suffix('*') {
                    Some(beginning) => (&mut words.beginnings, beginning),
                    None => (&mut words.whole, word),
                };
                *map.entry(word).or_default() |= bit;
            }
        }
        words
    })
});

/// The families of `word`, and of it with the word before, as a set of bits: see [`letters`].
pub(super) fn of(language: Language, before: Option<&str>, word: &str) -> u32 {
    let words = &WORDS[language as usize];
    let mut found = words.whole.get(word).copied().unwrap_or(0);
    for (at, _) in word.char_indices().skip(SHORTEST).chain([(word.len(), ' ')]) {
        found |= words.beginnings.get(&word[..at]).copied().unwrap_or(0);
    }
    // "tekemättä": without doing it.
    if language == Language::Fi && word.len() > 7 && word.ends_with("matta") {
        found |= 1 << (b's' - b'a');
    }
    if let Some(before) = before {
        let pair = format!("{before}_{word}");
        found |= words.whole.get(pair.as_str()).copied().unwrap_or(0);
    }
    found
}

/// The letters of a set of families, in order.
pub(super) fn letters(families: u32) -> impl Iterator<Item = char> {
    ('a'..='z').enumerate().filter(move |(at, _)| families >> at & 1 == 1).map(|(_, letter)| letter)
}
