"""Names of the months as publishers write them, in the languages of the feeds; lower case, without dots.

Arabic has two sets: the international one of Egypt and the Gulf, and the one of the Levant and Iraq.
Source: Unicode CLDR (gregorian months, wide and abbreviated).
"""

from __future__ import annotations

_NAMES = """
en: january february march april may june july august september october november december
en: jan feb mar apr may jun jul aug sep oct nov dec
en: - - - - - - - - sept - - -
de: januar februar märz april mai juni juli august september oktober november dezember
de: jän febr mär apr mai jun jul aug sep okt nov dez
de: jänner feber mrz - - - - - sept - - -
de: - - maerz - - - - - - - - -
fr: janvier février mars avril mai juin juillet août septembre octobre novembre décembre
fr: janv févr mars avr mai juin juil août sept oct nov déc
fr: - fevrier - - - - - aout - - - decembre
es: enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre
es: ene feb mar abr may jun jul ago sep oct nov dic
it: gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre
it: gen feb mar apr mag giu lug ago set ott nov dic
pt: janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro
pt: - fev - - mai - - - set out - dez
ru: января февраля марта апреля мая июня июля августа сентября октября ноября декабря
ru: январь февраль март апрель май июнь июль август сентябрь октябрь ноябрь декабрь
ru: янв фев мар апр май июн июл авг сен окт ноя дек
ru: - февр - - - - - - сент - нояб -
uk: січня лютого березня квітня травня червня липня серпня вересня жовтня листопада грудня
tr: ocak şubat mart nisan mayıs haziran temmuz ağustos eylül ekim kasım aralık
tr: oca şub mar nis may haz tem ağu eyl eki kas ara
ar: يناير فبراير مارس أبريل مايو يونيو يوليو أغسطس سبتمبر أكتوبر نوفمبر ديسمبر
ar: - - - إبريل - يونيه يوليه اغسطس - اكتوبر - -
ar: - - - ابريل - - - - - - - -
levant: كانون_الثاني شباط آذار نيسان أيار حزيران تموز آب أيلول تشرين_الأول تشرين_الثاني كانون_الأول
levant: - - اذار - ايار - - اب ايلول تشرين_الاول - كانون_الاول
ckb: کانوونی_دووەم شوبات ئازار نیسان ئایار حوزەیران تەمووز ئاب ئەیلوول تشرینی_یەکەم تشرینی_دووەم کانونی_یەکەم
fa: ژانویه فوریه مارس آوریل مه ژوئن ژوئیه اوت سپتامبر اکتبر نوامبر دسامبر
he: ינואר פברואר מרץ אפריל מאי יוני יולי אוגוסט ספטמבר אוקטובר נובמבר דצמבר
"""

#: name → 1 … 12
MONTHS: dict[str, int] = {
    name.replace("_", " "): number
    for line in _NAMES.strip().splitlines()
    for number, name in enumerate(line.partition(":")[2].split(), start=1)
    if name != "-"
}
